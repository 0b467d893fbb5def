"""Learning rate too low: the loss falls in a straight line and is far from flat at the end."""

import numpy

from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import Curves
from ft_core.train.coach.robust import significant, slope

_BELOW = 3  # times below the usual rate: nearer ones are a matter of taste
_STRAIGHT = 1 / 3  # pace of the second half of the way over that of the first; trainings that settled had less than 0.1
_FALL = 0.5  # of the loss: who has won half is no longer at the beginning
_VALIDATIONS = 6  # from so many on the validation loss shows the course, free of the noise of batches
_SMALLEST, _LARGEST = (
    3,
    10,
)  # times: one step of a search for a rate (Goodfellow et al. 2016, section 11.4.1, goes by decades)


def rate_too_low(curves: Curves) -> Advice | None:
    """Far along the way (Curves.path) the loss still falls at a third of the first pace or more, and less than half of it is gone.

    Loss falls fast, then flattens, when steps are large enough to get anywhere; to the first order it is a straight line, and only
    a training that never left the neighbourhood of its start shows nothing else. The new rate is the one with which this line
    would reach zero (Polyak's step, 1987), within 3 and 10 times of the old one and at most the usual rate.
    """
    rate = curves.training.learning_rate
    if not curves.half_done or rate > curves.usual_rate / _BELOW:
        return None
    line, error = slope(curves.path, curves.loss)
    fall = (curves.start - curves.end) / curves.start
    if -line < 3 * error or not 0 < fall < _FALL:
        return None
    pace = _pace(curves)
    if pace < _STRAIGHT:
        return None
    factor = min(_LARGEST, max(_SMALLEST, curves.start / -line))
    new = min(curves.usual_rate, significant(rate * factor))
    return Advice(
        code="learning_rate_too_low",
        severity="problem",
        title="The learning rate is too low",
        what=f"In {curves.last_step} steps the training loss fell only from {curves.start:.2f} to {curves.end:.2f}, "
        "almost in a straight line, and nothing suggests that it was near its end.",
        why=f"With Learning rate {rate:g} the steps go the right way but are too small to arrive; "
        f"usual for this method and size of base model is {curves.usual_rate:g}.",
        fix=f"Raise Learning rate to {new:g} and start a new run: it takes no longer.",
        evidence=Evidence("loss", curves.first_step, curves.last_step),
        changes={"learning_rate": new},
    )


def _pace(curves: Curves) -> float:
    """How fast the loss falls in the second half of the way, over how fast in the first."""
    x, y = curves.path, curves.loss
    if len(curves.validation_loss) >= _VALIDATIONS:
        x, y = curves.validation_path, curves.validation_loss
    early = x <= numpy.median(x)
    first, second = slope(x[early], y[early])[0], slope(x[~early], y[~early])[0]
    return second / first if first < 0 else 0.0
