"""Evaluated runs against each other on the same test examples. Without torch: the page and the command line call it."""

from collections.abc import Sequence
from typing import Any

import numpy

from ft_core.evals import compare, rows, table
from ft_core.run import Run


def against_first(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Each further run's tuned model against that of the first, on the test examples that both answered.

    A list of {"run", "against", "n", "score" ("right" where answers are right or wrong, else "loss"), "difference", "low", "high", "p_value",
    "p_adjusted", "result", "sentence"}; of a run that is not evaluated, or on other data, only the keys "run", "against" and "sentence".
    `difference` is the further run's minus the first's: a share of right answers, or nats per token. p-values are adjusted for the number
    of runs (Holm 1979).
    """
    if len(runs) < 2:
        return []
    found = [_compared(runs[0], run) for run in runs[1:]]
    adjusted = compare.holm({one["run"]: one["p_value"] for one in found if "p_value" in one})
    for one in found:
        if "p_value" in one:
            p = adjusted[one["run"]]
            better = "higher" if one["score"] == "right" else "lower"
            one |= {
                "p_adjusted": p,
                "result": compare.result(compare.Interval(one["difference"], one["low"], one["high"]), better, p),
            }
            one["sentence"] = _sentence(one)
    return found


def shared_rows(first: Run, other: Run) -> list[tuple[rows.Row, rows.Row]]:
    """The stored answers of both to each test example that both were asked, in the order of the first."""
    answers = [
        {(row["part"], row["row"], row["prompt"]): row for row in rows.read_answers(run)} for run in (first, other)
    ]
    both = [(row, answers[1][key]) for key, row in answers[0].items() if key in answers[1]]
    return [(one, two) for one, two in both if one["expected"] == two["expected"]]


def losses(shared: Sequence[tuple[rows.Row, rows.Row]]) -> table.Scored:
    """The loss per token of both tuned models on the answers that `shared_rows` gives, as "base" and "tuned".

    Rows that do not tell their tokens, of pairs, count alike: the mean of the examples.
    """
    told = all("expected_tokens" in row for pair in shared for row in pair)
    sides = dict(zip(("base", "tuned"), zip(*shared, strict=True), strict=True))
    tokens = {
        name: numpy.array([row["expected_tokens"] if told else 1 for row in side]) for name, side in sides.items()
    }
    sums = {name: tokens[name] * numpy.array([row["tuned_loss"] for row in side]) for name, side in sides.items()}
    return table.losses(sums, tokens, compare.resampled(len(shared)))[0]["loss"]


def _right(shared: Sequence[tuple[rows.Row, rows.Row]]) -> table.Scored:
    first, second = ([row["tuned_correct"] for row in side] for side in zip(*shared, strict=True))
    return table.shares({"base": numpy.array(first), "tuned": numpy.array(second)})


def _compared(first: Run, other: Run) -> dict[str, Any]:
    """Without the verdict."""
    named = {"run": other.id, "against": first.id}
    reports = [run.report() for run in (first, other)]
    if not all(reports):
        missing = [run.id for run, report in zip((first, other), reports, strict=True) if not report]
        has, them = ("has", "it") if len(missing) == 1 else ("have", "them")
        return named | {
            "sentence": f"Not compared: {' and '.join(missing)} {has} no evaluation. Evaluate {them} first."
        }
    if "text" in (first.spec().task, other.spec().task):
        return named | {
            "sentence": "Not compared: of plain texts there are no answers, and each report keeps its own loss."
        }
    shared = shared_rows(first, other)
    headlines = {report["headline"] for report in reports if report}
    if len(shared) < 2 or len(headlines) > 1:
        return named | {"sentence": "Not compared: they were not evaluated on the same examples in the same way."}
    score = "loss" if headlines == {"loss"} else "right"
    found = losses(shared) if score == "loss" else _right(shared)
    return named | {
        "n": len(shared),
        "score": score,
        "difference": found.interval.difference,
        "low": found.interval.low,
        "high": found.interval.high,
        "p_value": found.p_value,
    }


def _sentence(one: dict[str, Any]) -> str:
    scale, unit = (100, "points more right") if one["score"] == "right" else (1, "nats per token of loss")
    numbers = [
        f"{scale * one[key]:+.2f}" if scale == 1 else f"{scale * one[key]:+.1f}"
        for key in ("difference", "low", "high")
    ]
    opening = {"better": "Better", "worse": "Worse", "no clear change": "No clear difference"}[one["result"]]
    size = ", a small test set" if one["n"] < compare.SMALL else ""
    return (
        f"{opening}: {numbers[0]} {unit} (95 % interval {numbers[1]} to {numbers[2]}; {one['n']} test examples{size})."
    )
