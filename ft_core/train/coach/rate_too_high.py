"""Learning rate too high: the loss is thrown back, again and again, instead of settling."""

import numpy

from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import Curves
from ft_core.train.coach.jumps import gradient_jumps, loss_jumps
from ft_core.train.coach.robust import MEDIAN_ERROR, scatter, significant, slope

_GIVEN_BACK = 0.1  # of what had been won; and so much of the first loss must have been won at all
# The largest of hundreds of differences of pure noise is 4 to 5 standard errors.
_ERRORS = 6
_JUMPS = 3
# Rates within a factor of ten of the usual one are all in use; beyond it one jump is enough of a proof.
_FAR = 10


def rate_too_high(curves: Curves) -> Advice | None:
    """Any of: the loss ends above its start; it gave back a tenth of what it had won; several jumps, or one with a rate far too high.

    A rate above what the curvature allows makes steps that climb the other side of the valley (Goodfellow et al. 2016, Deep
    Learning, section 11.4.1: the loss then rises, with oscillations). Overfitting looks different: there the training loss goes on
    falling. Jumps alone, at a usual rate, come of odd examples: see `spikes`.
    """
    if not curves.measured:
        return None
    found = _ends_worse(curves) or _given_back(curves) or _thrown_back_and_forth(curves) or _jumps(curves)
    if found is None:
        return None
    what, evidence = found
    rate, usual = curves.training.learning_rate, curves.usual_rate
    new = usual if rate > 3 * usual else significant(rate / 3)
    return Advice(
        code="learning_rate_too_high",
        severity="problem",
        title="The learning rate is too high",
        what=what,
        why=f"With Learning rate {rate:g} each step goes so far that it leaps over the good values and has to come back: the model wastes what it has learnt.",
        fix=f"Lower Learning rate to {new:g} and start a new run.",
        evidence=evidence,
        changes={"learning_rate": new},
    )


def _ends_worse(curves: Curves) -> tuple[str, Evidence] | None:
    rise, error = slope(curves.path, curves.loss)
    if curves.end <= curves.start or rise < 3 * error:
        return None
    return (
        f"The training loss ends at {curves.end:.2f}, higher than the {curves.start:.2f} it began with.",
        Evidence("loss", curves.first_step, curves.last_step),
    )


def _given_back(curves: Curves) -> tuple[str, Evidence] | None:
    """The training loss, without single outliers, rose out of a low it had reached."""
    smooth = curves.smooth
    low, high = _largest_rise(smooth)
    rise, won = smooth[high] - smooth[low], curves.start - smooth[low]
    if won < _GIVEN_BACK * curves.start or rise < _GIVEN_BACK * won:
        return None
    if rise < _ERRORS * MEDIAN_ERROR / 5**0.5 * scatter(curves.loss):
        return None
    return (
        f"The training loss was down at {smooth[low]:.2f} by step {curves.steps[low]} and rose again to {smooth[high]:.2f} by step {curves.steps[high]}.",
        Evidence("loss", int(curves.steps[low]), int(curves.steps[high])),
    )


def _thrown_back_and_forth(curves: Curves) -> tuple[str, Evidence] | None:
    """The validation loss, always of the same examples, rose a lot and fell again: it was the model that moved."""
    loss = curves.validation_loss
    if len(loss) < 3:
        return None
    low, high = _largest_rise(loss)
    rise, won = loss[high] - loss[low], curves.start - loss[low]
    if won < _GIVEN_BACK * curves.start or rise < _GIVEN_BACK * won or rise < 2 * curves.validation_error * loss[low]:
        return None
    if loss[high] - loss[high:].min() < rise / 2:
        return None
    steps = curves.validation_steps
    return (
        f"The validation loss rose from {loss[low]:.2f} at step {steps[low]} to {loss[high]:.2f} at step {steps[high]} and came back later.",
        Evidence("loss", int(steps[low]), int(steps[high])),
    )


def _jumps(curves: Curves) -> tuple[str, Evidence] | None:
    in_loss, in_gradient = loss_jumps(curves), gradient_jumps(curves)
    places = numpy.flatnonzero(in_loss | in_gradient)
    rate = curves.training.learning_rate
    enough = _JUMPS if rate > curves.usual_rate else len(curves.steps) + 1
    if len(places) < (1 if rate >= _FAR * curves.usual_rate else enough):
        return None
    where = Evidence(
        "loss" if in_loss.any() else "gradient_norm", int(curves.steps[places[0]]), int(curves.steps[places[-1]])
    )
    worst = curves.gradient_norm.max() / numpy.median(curves.gradient_norm[:5])
    times = "once" if len(places) == 1 else f"{len(places)} times"
    return (
        f"The loss or its gradient leapt out of its course {times}, first at step {where.start}; "
        f"the largest gradient was {worst:.1f} times that of the first steps.",
        where,
    )


def _largest_rise(values: numpy.ndarray) -> tuple[int, int]:
    """(place of the low, place of the later high) between which `values` rise most."""
    rises = values - numpy.minimum.accumulate(values)
    high = int(rises.argmax())
    return int(values[: high + 1].argmin()), high
