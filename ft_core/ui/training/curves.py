"""The curves of one training as the charts show them: pandas frames of at most POINTS rows."""

from collections.abc import Sequence
from typing import Any

import pandas

from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import PreferenceLoss
from ft_core.train.coach.advice import Advice
from ft_core.ui import theme

# Words on the axis for each Preference loss: IPO's is the square of a distance, KTO's a share, neither of them in nats.
_LOSSES: dict[PreferenceLoss, str] = {
    "dpo": "loss (nats per pair)",
    "ipo": "loss of a pair (0: as far apart as is wanted)",
    "kto": "loss of an answer (0.5: as at the start, 0: as is wanted)",
}
POINTS = 500
_TRAINING_POINTS, _VALIDATION_POINTS, _SEEN_POINTS = (
    295,
    100,
    100,
)  # the rest for the upright line and for series without a point
COLUMNS = ("step", "value", "series")
TRAINING, VALIDATION, BEST, SEEN = "training", "validation", "best weights", "what the coach sees"
COLOURS = {TRAINING: theme.TRAINING, VALIDATION: theme.VALIDATION, BEST: theme.BASE, SEEN: theme.PROBLEM}


def loss_axis(spec: ProjectSpec) -> str:
    """What the losses of a training by this project are, as the words on their axis: two of different words do not compare."""
    if spec.task == "preference":
        return _LOSSES[spec.training.preference_loss or "dpo"]
    return f"loss (nats per {'example' if spec.training.head == 'classification' else 'token'})"


def curve(
    metrics: Sequence[dict[str, Any]], key: str, best: int | None = None, advice: Sequence[Advice] = (), chart: str = ""
) -> pandas.DataFrame | None:
    """`key` over the steps for training and validation: columns step, value, series; at most POINTS rows. None without any.

    An open chart keeps the axes and the colours of the first value it got. So the first is never an empty one, and has a row without a number,
    which is not drawn, for each of COLOURS.

    `best` is marked by an upright line; the stretch of the curve that the first `advice` about this `chart` speaks of has a colour of its own.
    More rows than that are averaged in equal stretches of steps, so that no stretch is left out.
    """
    training = thin(
        [(row["step"], row[key]) for row in metrics if row["kind"] == "train" and row.get(key) is not None],
        _TRAINING_POINTS,
    )
    validation = thin(
        [(row["step"], row[key]) for row in metrics if row["kind"] == "validation" and row.get(key) is not None],
        _VALIDATION_POINTS,
    )
    rows = [(step, value, TRAINING) for step, value in training]
    rows += [(step, value, VALIDATION) for step, value in validation]
    if not rows:
        return None
    seen = next((one.evidence for one in advice if one.evidence.chart == chart), None)
    if seen is not None:
        course = training if training else validation
        inside = [place for place, (step, _) in enumerate(course) if seen.start <= step <= seen.end]
        if len(inside) == 1:  # a point has no line: it is drawn with its neighbours
            inside = list(range(max(inside[0] - 1, 0), min(inside[0] + 2, len(course))))
        rows += [(step, value, SEEN) for step, value in thin([course[place] for place in inside], _SEEN_POINTS)]
    if best is not None and validation:
        values = [value for _, value in (*training, *validation)]
        rows += [(best, min(values), BEST), (best, max(values), BEST)]
    read = [(step, float(f"{value:.5g}"), series) for step, value, series in rows]  # as many digits as a person reads
    absent = [(rows[0][0], None, series) for series in COLOURS if series not in {drawn for _, _, drawn in rows}]
    return pandas.DataFrame([*read, *absent], columns=list(COLUMNS))


def parts(metrics: Sequence[dict[str, Any]]) -> pandas.DataFrame | None:
    """The validation loss of each part of a mix: columns step, value, series; None for data of one source."""
    rows = [
        (row["step"], loss, name)
        for row in metrics
        if row["kind"] == "validation"
        for name, loss in row.get("parts", {}).items()
    ]
    return pandas.DataFrame(rows, columns=list(COLUMNS)) if rows else None


def best_step(metrics: Sequence[dict[str, Any]]) -> int | None:
    """The first step with the lowest validation loss."""
    held = [(row["loss"], row["step"]) for row in metrics if row["kind"] == "validation"]
    return min(held)[1] if held else None


def thin(points: Sequence[tuple[float, float]], limit: int) -> list[tuple[float, float]]:
    """At most `limit` points: each the mean of a stretch of neighbours; the last point stays as it is."""
    if len(points) <= limit:
        return list(points)
    size = -(-(len(points) - 1) // (limit - 1))
    stretches = (points[start : min(start + size, len(points) - 1)] for start in range(0, len(points) - 1, size))
    means = [
        (sum(step for step, _ in part) / len(part), sum(value for _, value in part) / len(part)) for part in stretches
    ]
    return [*means, points[-1]]


def mark(metrics: Sequence[dict[str, Any]]) -> str:
    """Changes with a validation, and with as many steps as a point stands for: fewer move nothing that an eye would see."""
    held = sum(row["kind"] == "validation" for row in metrics)
    return f"{held} {(len(metrics) - held) // stretch(metrics)}"


def stretch(metrics: Sequence[dict[str, Any]]) -> int:
    """How many training steps one point of the chart stands for."""
    steps = sum(row["kind"] == "train" for row in metrics)
    return 1 if steps <= _TRAINING_POINTS else -(-(steps - 1) // (_TRAINING_POINTS - 1))
