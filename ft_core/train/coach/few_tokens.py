"""Too few learnt tokens: each step learns from so little that its direction is mostly chance."""

from math import ceil

import numpy

from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import Curves
from ft_core.train.coach.robust import scatter

_TOKENS = 16  # a step; the mean of 16 has an error of a quarter (1 / sqrt(16)) of what one token scatters
_NOISE = 0.3  # scatter of the loss over its level, from which on it shows
_FEWEST_STEPS = 30  # that a corrected run should keep


def few_tokens(curves: Curves) -> Advice | None:
    """Fewer than 16 learnt tokens a step, and a loss whose steps scatter by 30% of its level or more.

    A gradient is a mean over the learnt tokens; its error falls with the square root of their number, and a larger batch pays
    until the error is small (McCandlish et al. 2018, arXiv:1812.06162). The corrected batch holds twice as many, unless too few
    steps would be left.
    """
    if not curves.half_done or curves.learnt_tokens is None:
        return None
    size = curves.training.batch_size
    tokens = curves.learnt_tokens * size
    late = len(curves.loss) // 2
    level = float(numpy.median(curves.loss[late:]))
    noise = scatter(curves.loss[late:])
    if tokens >= _TOKENS or noise < _NOISE * level:
        return None
    wanted = size * ceil(2 * _TOKENS / tokens)
    most = int(curves.training.epochs * curves.train_examples / _FEWEST_STEPS)
    larger = min(wanted, most, curves.train_examples, 1024)
    total = curves.learnt_tokens * curves.train_examples
    return Advice(
        code="few_learnt_tokens",
        severity="hint",
        title="Each step learns from very little",
        what=f"An answer has about {curves.learnt_tokens:.1f} tokens: a step learns from {tokens:.0f}, all examples together hold {total:.0f}. "
        f"The loss of neighbouring steps differs by about {noise:.2f}, at a level of {level:.2f}.",
        why="Only the answers are learnt. With so few tokens a step, its direction is mostly chance, and the curve says little about single steps.",
        fix=f"Raise Batch size to {larger} and start a new run; more examples help too."
        if larger > size
        else "Collect more examples: these are too few for a larger batch.",
        evidence=Evidence("loss", int(curves.steps[late]), curves.last_step),
        changes={"batch_size": larger} if larger > size else {},
    )
