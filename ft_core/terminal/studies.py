"""Studies: the trials of a sweep from best to worst, and what each part of the data led to."""

from typing import Any

from rich.table import Column

from ft_core import amounts
from ft_core.settings.train import TrainSpec
from ft_core.terminal.answer import Result
from ft_core.terminal.runs import show_training
from ft_core.terminal.tables import new_table, print_table


def show_study_or_training(result: Result) -> None:
    """What `resume` went on with."""
    show = show_sweep if "trials" in result else show_data_size if "points" in result else show_training
    show(result)


def show_sweep(result: Result) -> None:
    """All trials, the best settings, and which settings matter."""
    trials = sorted(result["trials"], key=_worth)
    names = list(dict.fromkeys(name for trial in trials for name in trial["settings"]))
    right = (Column(name, justify="right", no_wrap=True) for name in ("validation\nloss", "time"))
    settings = (Column(_title(name), justify="right") for name in names)
    table = new_table(Column("trial", justify="right"), *settings, *right, "ended")
    for trial in trials:
        values = [_value(trial["settings"].get(name)) for name in names]
        spent = "–" if trial["seconds"] is None else amounts.duration(trial["seconds"])
        table.add_row(str(trial["number"]), *values, amounts.score(trial["value"]), spent, trial["status"])
    print_table(table)
    for trial in trials:
        if trial["reason"]:
            print(f"Trial {trial['number']} failed: {trial['reason']}")
    if best := result["best"]:
        said = ", ".join(f"{name}: {_value(value)}" for name, value in best["settings"].items())
        print(f"Best: {said} (validation loss {amounts.loss(best['value'])})")
    else:
        print("No trial was trained to its end, so there is no best one.")
    print(importance_words(result))
    if result["status"] == "done" and best:
        print(f"Next: python -m ft_core evaluate {best['run']}")
    if result["status"] != "done":
        print(f"{len(trials)} of {result['wanted']} trials have ended. Go on with: {_resume(result)}")


def importance_words(result: Result) -> str:
    """Which settings matter, in a sentence; of few trials it is a rough guide, of too few none."""
    found = result["importances"]
    if found is None:
        return "Which setting matters most cannot be told: there are too few finished trials, or a single setting."
    parts = [f"{_title(name)} ({share:.0%})" for name, share in found.items()]
    done = sum(trial["status"] == "done" for trial in result["trials"])
    return f"What matters, by {amounts.count(done, 'finished trial')}, a rough guide: {', then '.join(parts)}."


def show_data_size(result: Result) -> None:
    """One line a part, and the forecast."""
    scored = result["headline"] is not None
    extra = (Column(result["title"], justify="right"), Column("95 % interval", justify="right")) if scored else ()
    table = new_table(
        *(Column(name, justify="right") for name in ("share", "training\nexamples", "validation\nloss")), *extra
    )
    for point in result["points"]:
        row = [f"{point['share']:.1%}", f"{point['examples']:,}", amounts.loss(point["validation_loss"])]
        if scored:
            between = (
                "–" if point["low"] is None else f"{amounts.score(point['low'])} to {amounts.score(point['high'])}"
            )
            row += [amounts.score(point["score"]), between]
        table.add_row(*row)
    print_table(table)
    if result["status"] == "done":
        print(result["sentence"])
    else:
        print(f"It was stopped before all parts were trained. Go on with: {_resume(result)}")


def _worth(trial: dict[str, Any]) -> tuple[bool, float, int]:
    """Finished trials first, each kind from the lowest loss to the highest."""
    value = trial["value"]
    return trial["status"] != "done", float("inf") if value is None else value, trial["number"]


def _title(name: str) -> str:
    return TrainSpec.model_fields[name].title or name


def _value(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _resume(result: Result) -> str:
    return f"python -m ft_core resume {result['run']}"
