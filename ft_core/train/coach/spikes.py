"""Spikes: single steps whose loss stands far above the others, in a training that otherwise goes its way."""

import numpy

from ft_core.amounts import count
from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import Curves
from ft_core.train.coach.jumps import loss_jumps

_NAMED = 5


def spikes(curves: Curves) -> Advice | None:
    """One or more loss jumps (see jumps.loss_jumps). Each step sees other examples, so a single bad step names bad examples.

    Large runs skip the data of such steps and go on (PaLM, Chowdhery et al. 2022, arXiv:2204.02311, section 5.1). There a
    restart from before the spike with the same data did not always spike, so the rate has its share: it is halved.
    """
    if not curves.measured:
        return None
    places = numpy.flatnonzero(loss_jumps(curves))
    if not len(places):
        return None
    steps = [int(step) for step in curves.steps[places]]
    named = ", ".join(str(step) for step in steps[:_NAMED]) + (" and others" if len(steps) > _NAMED else "")
    rate = curves.training.learning_rate / 2
    return Advice(
        code="spikes",
        severity="hint",
        title="Single steps stand out",
        what=f"At {count(len(steps), 'step')} ({named}) the loss leapt up to {curves.loss[places].max():.2f}, "
        f"while half of all steps were below {numpy.median(curves.loss):.2f}.",
        why="Each step sees other examples. A few of them are unlike the rest: wrong or garbled answers, another language, very long texts. "
        "Each pulls the model off its way.",
        fix=f"Look for odd answers in the Data tab and take them out. If they are right, lower Learning rate to {rate:g}, so that they pull less.",
        evidence=Evidence("loss", steps[0], steps[-1]),
        changes={"learning_rate": rate},
    )
