"""What got better and what worse from one evaluated run to another. Without torch: the page and the command line call it.

Both tuned models are compared on the test examples that both answered. Better and worse are said only of what has an interval, and of all
that is looked at together only what stays so (Holm 1979).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from ft_core.errors import FTError
from ft_core.evals import compare, rows, versus
from ft_core.evals.compare import Interval
from ft_core.evals.written import NO_LABEL, written_label
from ft_core.run import Run

Pairs = Sequence[tuple[rows.Row, rows.Row]]
_RIGHT = ("accuracy", "exact_match", "preferred")  # what is right or wrong for each example, by the kind of task
_UNTESTED = ("difference", "low", "high", "result")


def changes(first: Run, second: Run) -> dict[str, Any]:
    """{"n", "sentence" (of `versus.against_first`), "scores", "checks", "forgetting", "benchmarks": [line], "gained", "lost": [row]}.

    A line is {"title", "first", "second", "difference", "low", "high", "result"}: `difference` is second - first, means over the `n` shared
    examples. Where the stored reports hold no value for each example, the values are the reports' own and the rest is None. Checks are shares of answers.
    `gained` were wrong in the first and are right in the second, `lost` the other way round: {"row", "part", "prompt", "expected", "first",
    "second" (the scored answers)}.

    Raises FTError `comparison.impossible` where one is not evaluated, or they share no test examples.
    """
    (headline,) = versus.against_first([first, second])
    before, after = (run.report() for run in (first, second))
    if "result" not in headline or before is None or after is None:
        raise FTError(
            "comparison.impossible",
            "These two runs have no evaluation in common.",
            headline["sentence"],
            "Choose two runs that were evaluated on the same data.",
        )
    pairs = versus.shared_rows(first, second)
    scored, flagged, general = _scores(pairs, before, after), _checks(pairs, before, after), _general(before, after)
    tested = scored | flagged | general | _benchmarks(first, second, before, after)
    decides = before["headline"]  # chosen beforehand, so not looked at together with the others
    adjusted = compare.holm({key: one.p_value for key, one in tested.items() if key != decides})
    metrics = {name: one for name, one in before["metrics"].items() if name in after["metrics"]}
    asked = [(report.get("benchmarks") or {}).get("benchmarks", {}) for report in (before, after)]

    def line(key: str, title: str, first: float | None = None, second: float | None = None) -> dict[str, Any]:
        if key in tested:
            return tested[key].line(title, adjusted.get(key, tested[key].p_value))
        return {"title": title, "first": first, "second": second} | dict.fromkeys(_UNTESTED)

    return {
        "n": len(pairs),
        "sentence": headline["sentence"],
        "scores": [
            line(name, one["title"], one["tuned"], after["metrics"][name]["tuned"]) for name, one in metrics.items()
        ],
        "checks": [line(code, before["errors"]["checks"][code]["title"]) for code in flagged],
        "forgetting": [line(key, "Loss, nats per token") for key in general],
        "benchmarks": [
            line(f"benchmark {name}", one["title"], one["tuned"], asked[1][name]["tuned"])
            for name, one in asked[0].items()
            if name in asked[1]
        ],
        "gained": [_example(*pair) for pair in pairs if pair[1]["tuned_correct"] and not pair[0]["tuned_correct"]],
        "lost": [_example(*pair) for pair in pairs if pair[0]["tuned_correct"] and not pair[1]["tuned_correct"]],
    }


@dataclass(frozen=True)
class _Tested:
    """The mean of both over the same examples, and the second less the first."""

    first: float
    second: float
    interval: Interval
    p_value: float
    better: str

    def line(self, title: str, p_value: float) -> dict[str, Any]:
        result = compare.result(self.interval, self.better, p_value)
        return {"title": title, "first": self.first, "second": self.second, **vars(self.interval), "result": result}


def _scores(pairs: Pairs, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, _Tested]:
    """The scores that the stored answers can be tested for: those of which each example has its own."""
    known = before["metrics"].keys() & after["metrics"].keys()
    found = {name: _shares(_column(pairs, "tuned_correct"), "higher") for name in _RIGHT if name in known}
    if "accuracy_written" in known:
        labels = sorted({row["expected"] for pair in pairs for row in pair} | set(before["per_label"]))
        wrote = [[written_label(text, labels) for text in each] for each in _column(pairs, "tuned_written")]
        right = [[labels.index(text) for text in each] for each in _column(pairs, "expected")]
        hits = [[a == b for a, b in zip(*both, strict=True)] for both in zip(wrote, right, strict=True)]
        found["accuracy_written"] = _shares(hits, "higher")
        found["label_validity"] = _shares([[number != NO_LABEL for number in each] for each in wrote], "higher")
    if "loss" in known:
        loss = versus.losses(pairs)
        found["loss"] = _Tested(loss.values["base"], loss.values["tuned"], loss.interval, loss.p_value, "lower")
    return found


def _checks(pairs: Pairs, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, _Tested]:
    made = [(report.get("errors") or {}).get("checks", {}) for report in (before, after)]
    both = [code for code in made[0] if code in made[1]]
    errors = _column(pairs, "tuned_errors") if both else []
    return {code: _shares([[code in found for found in each] for each in errors], "lower") for code in both}


def _general(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, _Tested]:
    asked = [(report.get("forgetting") or {}).get("probes") or {"rows": []} for report in (before, after)]
    first, second = ({row["prompt"]: row["tuned"] for row in one["rows"]} for one in asked)
    both = [prompt for prompt in first if prompt in second]
    if len(both) < 2:
        return {}
    return {"general answers": _means([[found[prompt] for prompt in both] for found in (first, second)], "lower")}


def _benchmarks(first: Run, second: Run, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, _Tested]:
    """Where both were asked the very same questions."""
    known = [(report.get("benchmarks") or {}).get("benchmarks", {}) for report in (before, after)]
    asked = [rows.read_questions(run) for run in (first, second)]
    found = {}
    for name, one in known[0].items():
        if name in known[1] and one["rows_sha256"] == known[1][name]["rows_sha256"]:
            right = [[row["tuned"][one["measure"]] for row in each if row["benchmark"] == name] for each in asked]
            if (
                len(right[0]) == len(right[1]) == one["n"]
            ):  # else the questions are of another evaluation than the report
                found[f"benchmark {name}"] = _shares(right, "higher")
    return found


def _column(pairs: Pairs, key: str) -> list[list[Any]]:
    """That of both: [2][n]."""
    return [[row[key] for row in each] for each in zip(*pairs, strict=True)]


def _shares(both: Sequence[Sequence[Any]], better: str) -> _Tested:
    first, second = (numpy.array(each, dtype=bool) for each in both)
    p = compare.exact_sign_test(int((second & ~first).sum()), int((first & ~second).sum()))
    return _Tested(float(first.mean()), float(second.mean()), compare.paired_shares(first, second), p, better)


def _means(both: Sequence[Sequence[float]], better: str) -> _Tested:
    first, second = map(numpy.array, both)
    change = second - first
    draws = compare.mean_draws(compare.resampled(len(change)), change)
    interval = compare.bootstrapped(float(change.mean()), draws, len(change))
    return _Tested(float(first.mean()), float(second.mean()), interval, compare.bootstrap_p(draws), better)


def _example(first: rows.Row, second: rows.Row) -> dict[str, Any]:
    kept = {key: first[key] for key in ("row", "part", "prompt", "expected")}
    return kept | {"first": first.get("tuned"), "second": second.get("tuned")}
