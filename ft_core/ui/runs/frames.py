"""Runs, trials and parts of the data as the charts of this tab show them: pandas frames of at most 500 points.

A chart knows only the colours of the first values it got. So each frame has every series from the start: one without values has a row
without a number, which is not drawn.
"""

import math
from collections.abc import Sequence
from typing import Any

import pandas

from ft_core.ui.training.curves import POINTS, thin

LETTERS = "ABCDEF"
MEASURED, FORECAST = "measured", "forecast"
ENDS = {"done": "finished", "pruned": "ended early"}


def curves(metrics: Sequence[Sequence[dict[str, Any]]], kind: str) -> pandas.DataFrame:
    """The loss of several runs over their steps: columns step, loss, run (its letter); at most POINTS rows in all."""
    rows: list[tuple[float, float | None, str]] = []
    for letter, found in zip(LETTERS, metrics, strict=False):
        points = [(row["step"], row["loss"]) for row in found if row["kind"] == kind and row.get("loss") is not None]
        rows += [(step, loss, letter) for step, loss in thin(points, (POINTS - len(LETTERS)) // len(metrics))]
    drawn = {letter for _, _, letter in rows}
    if rows:
        rows += [(rows[0][0], None, letter) for letter in LETTERS if letter not in drawn]
    return pandas.DataFrame(rows, columns=["step", "loss", "run"])


def trials(rows: Sequence[dict[str, Any]], name: str) -> pandas.DataFrame:
    """One swept setting against the validation loss: columns setting, loss, trial ("finished" or "ended early").

    The learning rate is the exponent of ten: the charts have no logarithmic axis. Other values are text, at equal distances; the chart sorts
    them as text, hence the spaces, which do not show. A trial without a loss, or without the setting, has no point.
    """
    found: list[tuple[float | str, float | None, str]] = []
    for row in rows:
        given = row["settings"].get(name)
        if row["value"] is not None and given is not None and row["status"] in ENDS:
            place = round(math.log10(given), 2) if name == "learning_rate" else f"{given:>9g}"
            found.append((place, round(row["value"], 4), ENDS[row["status"]]))
    found = found[2 - POINTS :]
    if found:
        found += [(found[0][0], None, end) for end in ENDS.values()]
    return pandas.DataFrame(found, columns=["setting", "loss", "trial"])


def importances(found: dict[str, float], titles: dict[str, str]) -> pandas.DataFrame:
    """How much each setting matters: columns setting, share."""
    return pandas.DataFrame([(titles[name], share) for name, share in found.items()], columns=["setting", "share"])


def sizes(result: dict[str, Any], key: str) -> pandas.DataFrame:
    """`validation_loss` or `score` over the number of training examples: columns examples, value, series (MEASURED or FORECAST).

    Examples are text, so that 100, 200 and 400 stand at equal distances; the chart sorts them as text, hence the spaces, which do not show.
    """
    rows: list[tuple[str, float | None, str]] = [
        (f"{point['examples']:>9,}", point[key], MEASURED) for point in result["points"] if point[key] is not None
    ]
    told = result.get("forecast") or {}
    if key == "validation_loss" and rows and told.get("told"):
        rows += [(*rows[-1][:2], FORECAST), (f"{told['examples']:>9,}", told["loss"], FORECAST)]
    elif rows:
        rows.append((rows[-1][0], None, FORECAST))
    return pandas.DataFrame(rows, columns=["examples", "value", "series"])
