"""Jumps: single steps in which the loss or the gradient leaps far out of its band."""

import numpy

from ft_core.train.coach.curves import Curves
from ft_core.train.coach.robust import deviation, rolling_median

_BEFORE = 3  # steps whose median a loss is compared with
# Of normal noise one value in 10^9 is that far out; losses of small batches have heavier tails, hence also a least height.
_DEVIATIONS = 6
# A seventh of the loss that the training began with: more than one odd example in a usual batch of 8 or more makes.
_HEIGHT = 0.15
# The gradient is largest at the start, where the loss is; a healthy one stayed below 1.5 times that in every training measured here,
# one whose rate was 5 times too high reached 4 times.
_GRADIENT_LOCAL, _GRADIENT_START = 4, 2.5


def loss_jumps(curves: Curves) -> numpy.ndarray:
    """Which rows' loss is above the median of the three before by six deviations and by 15% of the first loss. bool [rows].

    It looks back only: in a steep descent what lies before is higher, so that no bend of the curve is taken for a jump.
    """
    loss = curves.loss
    rise = numpy.zeros(len(loss))
    for place in range(_BEFORE, len(loss)):
        rise[place] = loss[place] - numpy.median(loss[place - _BEFORE : place])
    return (rise > _DEVIATIONS * deviation(rise[_BEFORE:])) & (rise > _HEIGHT * curves.start)


def gradient_jumps(curves: Curves) -> numpy.ndarray:
    """Which rows' gradient norm is 4 times its own level around and 2.5 times that of the first steps. bool [rows]."""
    norm = curves.gradient_norm
    return (norm > _GRADIENT_LOCAL * rolling_median(norm, 11)) & (norm > _GRADIENT_START * numpy.median(norm[:5]))
