"""What follows from the numbers: has the model forgotten, does it answer everything in one voice, what carried that, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from ft_core.evals import compare
from ft_core.evals.compare import Interval
from ft_core.evals.forgetting.drift import MATTERS

_LOCKED = 0.1  # a share of the answers must rise by more than this, with its whole interval, to be called a lock-in
_ENOUGH = 6  # forms that the base model follows: of fewer, all could be lost without the exact test noticing
_MOST = 0.9
_DO = (
    "Nothing needs to be done where the model is to do this task and nothing else. Where it is to do more, train again with a lower Learning rate or fewer "
    "Epochs, or on general data as well (data.mix in the project file)"
)
Section = Mapping[str, Any]


def forgetting(probes: Section, benchmarks: Mapping[str, Section], strength: Section | None = None) -> dict[str, Any]:
    """The verdict `forgetting`; see `measure.measure`. `probes` is what `drift.section` gives, `strength` what `strength.section` gives.

    Forgetting is called where the interval of the probes' loss leaves out zero and the loss rose by `drift.MATTERS` or more, or where
    a benchmark fell, of all that were asked together (`summary.together`). Drift alone never calls it: a model that learnt something writes
    other words, too.
    """
    change = Interval(probes["difference"], probes["low"], probes["high"])
    outcome, drift = compare.result(change, "lower", 0.0), probes["drift"]  # its interval is its test
    rose, drifted = outcome == "worse" and change.difference >= MATTERS, drift["low"] >= MATTERS
    telling, silent = _telling(benchmarks)
    fallen = [name for name in telling if benchmarks[name]["result"] == "worse"]
    called = rose or bool(fallen)
    carried = [
        name for name, counts in (("probes", rose), ("drift", rose and drifted), ("benchmarks", bool(fallen))) if counts
    ]
    drift_says = f"the drift of what it would write there is {drift['says']} ({drift['mean']:.2f} nats per token)"
    said = [f"{_opening(called, outcome, change)}: {_loss(probes, change)}", drift_says]
    if called:
        said.append(_carried(["the probe set"] * rose + ["the drift"] * (rose and drifted) + _named(fallen)))
    else:
        said.append("this rests on the probe set")
    unmoved = [name for name in telling if name not in fallen]
    if unmoved:
        said.append(f"{_listed(_named(unmoved))} show{'s' if len(unmoved) == 1 else ''} no clear fall")
    if silent:
        said.append(f"{_listed(_named(silent))} can say nothing, since the base model itself only guesses there")
    return {
        "result": "worse" if called else outcome,
        "forgetting": called,
        "carried_by": carried or ["probes"],
        "sentence": "; ".join(said) + ".",
        "advice": _advice(called, outcome, drifted, strength),
    }


def _opening(called: bool, outcome: str, change: Interval) -> str:
    if called:
        return "The training made the model forget"
    if outcome == "better" and change.difference <= -MATTERS:
        return "No forgetting, the model even gained"
    return {"worse": "Hardly any forgetting", "better": "No forgetting"}.get(outcome, "No clear sign of forgetting")


def _loss(probes: Section, change: Interval) -> str:
    few = ", a small set" if probes["n"] < compare.SMALL else ""
    return (
        f"on {probes['n']} general answers (the probe set{few}) its loss is {probes['tuned']:.2f} nats per token, "
        f"the base model's {probes['base']:.2f} (difference {change.difference:+.2f}, 95 % interval {change.low:+.2f} to {change.high:+.2f})"
    )


def _telling(benchmarks: Mapping[str, Section]) -> tuple[list[str], list[str]]:
    """The names of those in which the base model is better than `chance`, and of the others."""
    silent = [
        name
        for name, one in benchmarks.items()
        if one.get("chance") is not None and compare.wilson(round(one["base"] * one["n"]), one["n"])[0] <= one["chance"]
    ]
    return [name for name in benchmarks if name not in silent], silent


def _advice(called: bool, outcome: str, drifted: bool, strength: Section | None) -> str:
    if called:
        return f"{_DO}{_weaker(strength)}."
    if drifted:
        return (
            "Nothing needs to be done for these probes, but the model has moved far from its base: "
            "try it on questions of your own that are not in the training data."
        )
    if outcome == "worse":
        return "Nothing needs to be done; more Epochs or a higher Learning rate would cost more."
    return "Nothing needs to be done."


def _weaker(strength: Section | None) -> str:
    """A strength of the adapter worth trying, where there is one between none and all: that at which the probes lose next to nothing, else
    the weakest that keeps nine tenths of what the task gained for half of the price or less."""
    if not strength:
        return ""
    none, *between, full = strength["rows"]
    worth = [row for row in between if row["scale"] == strength["keeps"]]
    if full["task_loss"] is not None and not worth:
        enough = none["task_loss"] - _MOST * (none["task_loss"] - full["task_loss"])
        worth = [row for row in between if row["task_loss"] <= enough and row["difference"] <= full["difference"] / 2]
    if not worth or strength["keeps"] == 1:
        return ""
    row = worth[0]
    price = (
        ""
        if row["task_loss"] is None
        else f"; the task's loss there is {row['task_loss']:.2f}, {full['task_loss']:.2f} at full strength, {none['task_loss']:.2f} without it"
    )
    return (
        f", or use the adapter at {row['scale']:g} of its strength (lora_alpha times {row['scale']:g} in its adapter_config.json; the general "
        f"answers then lose {row['difference']:.2f} nats per token, "
        f"not {full['difference']:.2f}{price})"
    )


def style(
    formats: Section, openings: Section, markers: Section | None, strength: Section | None = None
) -> dict[str, Any]:
    """The verdict `style`; see `measure.measure`. The arguments are what the functions of `style` give.

    A lock-in is called by any of four signs: forms lost (interval below zero), or a share of answers with the commonest opening, with a
    word of the training, or copied from it, whose whole interval lies above a tenth. Where it only lies above zero there are traces.
    """
    changes = {"openings": openings} | (
        {"markers": markers, "copied": markers["copied"]} if markers is not None else {}
    )
    called = [name for name, change in {"formats": formats, **changes}.items() if _locked(name, change)]
    traces = [name for name, change in changes.items() if change["low"] > 0]
    signs = called or traces
    kept = f"it gives {formats['tuned']} of {formats['n']} answers in the form that was asked for, the base model {formats['base']}"
    if formats["base"] < _ENOUGH:
        kept += " (too few for a loss to be seen)"
    said = [kept] if "formats" in called or not called else []
    if "openings" in signs:
        now, before = openings["tuned"], openings["base"]["share"]
        said.append(
            f"{_percent(now['share'])} of its answers begin with “{now['opening']}” (commonest of the base model: {_percent(before)})"
        )
    if markers is not None and "markers" in signs:
        said.append(
            f"words of the training stand in {markers['tuned']} of {markers['n']} answers to other questions (base: {markers['base']})"
        )
    if markers is not None and "copied" in signs:
        copied = markers["copied"]
        said.append(
            f"{copied['tuned']} of {markers['n']} answers to other questions are answers of the training, word for word (base: {copied['base']})"
        )
    if not signs:
        said.append(f"no opening {'and no word of the training ' if markers is not None else ''}has clearly spread")
    outcome = compare.result(
        Interval(formats["difference"], formats["low"], formats["high"]), "higher", formats["p_value"]
    )
    opening = "Traces of the training's style, but no lock-in" if traces else "No clear lock-in of style"
    advice = "More Epochs or a higher Learning rate would bring more of it." if traces else "Nothing needs to be done."
    return {
        "result": "worse" if signs else outcome,
        "locked_in": bool(called),
        "carried_by": signs,
        "sentence": f"{'The tuned model answers in one voice' if called else opening}: {'; '.join(said)}.",
        "advice": f"{_DO.replace('general data', 'conversations in other forms')}{_weaker(strength)}."
        if called
        else advice,
    }


def _locked(name: str, change: Section) -> bool:
    return change["high"] < 0 if name == "formats" else change["low"] > _LOCKED


def _carried(names: Sequence[str]) -> str:
    return f"{_listed(names)} carr{'y' if len(names) > 1 else 'ies'} this verdict"


def _named(names: Sequence[str]) -> list[str]:
    return [name.replace("_", " ") for name in names]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
