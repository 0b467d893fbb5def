"""No learning: the loss ends where it began, within its noise."""

import numpy

from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import NEAR_ZERO, Curves
from ft_core.train.coach.robust import slope

_ERRORS = 3  # a line that falls by less than three of its standard errors may be chance (one in 700)
_STILL = 0.01  # a validation loss that moved by less than a hundredth stood still
_FAR = 10


def no_learning(curves: Curves) -> Advice | None:
    """No significant line through the training loss, and the validation loss did not fall either.

    At a rate of less than a tenth of the usual one, the rate is the cause: the weights have hardly moved, by about the sum of the
    rates (see Curves.path). Else the steps were large enough, and what the answers are cannot be told from the prompts.
    """
    if not curves.half_done or curves.start < NEAR_ZERO:
        return None
    line, error = slope(curves.path, curves.loss)
    if -line > _ERRORS * error:
        return None
    low = curves.training.learning_rate < curves.usual_rate / _FAR
    if len(curves.validation_loss) > 1:
        first, last = float(curves.validation_loss[0]), float(curves.validation_loss[-1])
        if (first - last) / first > (_STILL if low else 2 * curves.validation_error):
            return None
    noise = float(numpy.std(curves.loss))
    return Advice(
        code="no_learning",
        severity="problem",
        title="Nothing was learnt",
        what=f"The training loss began at {curves.start:.2f} and is {curves.end:.2f} after {curves.last_step} steps: "
        f"no more than it varies from step to step (about {noise:.2g}).",
        why=f"With Learning rate {curves.training.learning_rate:g} the steps are so small that what learns is practically where it began."
        if low
        else "The steps were large enough, but nothing in the prompts tells the answers apart beyond what the base model does already.",
        fix=f"Raise Learning rate to {curves.usual_rate:g}, which is usual for this method and size of base model, and start a new run."
        if low
        else "Check in the Data tab that the right columns are chosen for prompt and answer, and that a person could give the answers from the prompts alone.",
        evidence=Evidence("loss", curves.first_step, curves.last_step),
        changes={"learning_rate": curves.usual_rate} if low else {},
    )
