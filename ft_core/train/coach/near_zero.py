"""Loss near zero: nothing is left to learn long before the end. Learnt by heart, or too easy."""

from math import ceil

import numpy

from ft_core import amounts
from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import NEAR_ZERO, Curves
from ft_core.train.coach.robust import rolling_median

_EARLY = 0.5  # of the steps: more than half of the training was for nothing


def near_zero(curves: Curves) -> Advice | None:
    """The training loss stays below 0.02 (each token is 98% sure) from the first half of the steps on.

    With a validation loss as near to zero by then: `too_easy`, which leaked answers look like (Kaufman et al. 2012, "Leakage in
    data mining": a result too good to be true is the first sign). With one that has not fallen since, or none: `learnt_by_heart`.
    """
    if not curves.half_done:
        return None
    course = rolling_median(curves.loss, 9)
    above = numpy.flatnonzero(course >= NEAR_ZERO)
    place = int(above[-1]) + 1 if len(above) else 0
    if place >= len(course) or curves.steps[place] > _EARLY * curves.total_steps:
        return None
    reached = int(curves.steps[place])
    since = curves.validation_loss[curves.validation_steps >= reached]
    if len(since) and since[: max(1, len(since) // 2)].max() < NEAR_ZERO:
        return _too_easy(curves, reached, float(since[0]))
    if len(since) and since[-1] < 0.9 * since[0]:
        return None
    return _learnt_by_heart(curves, reached, float(since[-1]) if len(since) else None)


def _too_easy(curves: Curves, reached: int, validation: float) -> Advice:
    epochs = _epochs(curves, reached)
    return Advice(
        code="too_easy",
        severity="hint",
        title="Too good to be true?",
        what=f"From step {reached} of {curves.total_steps} on the training loss is near zero ({amounts.loss(curves.end)}), "
        f"and so is the validation loss ({amounts.loss(validation)}).",
        why="Either the task is very easy, or the answer stands in the prompt, or nearly the same texts are in training and validation. "
        "Then the scores promise too much.",
        fix=f"Look at some rows in the Data tab: does the prompt give the answer away? If not, all is well, and Epochs {epochs:g} is enough.",
        evidence=Evidence("loss", reached, curves.last_step),
        changes={"epochs": epochs},
    )


def _learnt_by_heart(curves: Curves, reached: int, validation: float | None) -> Advice:
    epochs = _epochs(curves, reached)
    held = (
        f"the validation loss stays at {amounts.loss(validation)}"
        if validation is not None
        else "there is no validation loss"
    )
    return Advice(
        code="learnt_by_heart",
        severity="hint",
        title="Nothing left to learn",
        what=f"From step {reached} of {curves.total_steps} on the training loss is near zero ({amounts.loss(curves.end)}); {held}.",
        why="The model knows these examples by heart. More passes over them change nothing for new questions, and may make it worse.",
        fix=f"Set Epochs to {epochs:g}, and collect more, and more varied, examples.",
        evidence=Evidence("loss", reached, curves.last_step),
        changes={"epochs": epochs},
    )


def _epochs(curves: Curves, step: int) -> float:
    return max(0.1, ceil(10 * curves.epoch(step)) / 10)
