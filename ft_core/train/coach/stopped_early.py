"""Stopped too early: the validation loss was still falling at the end."""

from ft_core import amounts
from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import Curves

_STILL_WON = 0.05  # of all that was won, in the second half of the validations
_LEAST_FALL = 0.03  # of the loss itself


def stopped_early(curves: Curves) -> Advice | None:
    """In the second half every validation was better than the one before, and together they brought 5% of the whole fall or more.

    The cosine end slows every training down; one that wins that much even there had not arrived. Hoffmann et al. 2022
    (arXiv:2203.15556, section 3) show that a schedule must end with the training, so more epochs mean a new run, not an extended
    one. One that was stopped by hand has its schedule before it, and is resumed.
    """
    loss, steps = curves.validation_loss, curves.validation_steps
    if not (curves.measured and curves.ended) or len(loss) < 4:
        return None
    first = (len(loss) - 1) // 2
    tail = loss[first:]
    fall = float(tail[0] - tail[-1])
    if (tail[1:] >= tail[:-1]).any() or fall < _STILL_WON * (curves.start - tail[-1]) or fall < _LEAST_FALL * tail[-1]:
        return None
    cut_short = curves.status in ("stopped", "interrupted")
    epochs = min(100.0, 2 * curves.training.epochs)
    return Advice(
        code="stopped_early",
        severity="hint",
        title="It was still getting better",
        what=f"From step {steps[first]} to the end at step {steps[-1]} the validation loss fell on from {amounts.loss(float(tail[0]))} "
        f"to {amounts.loss(float(tail[-1]))}, without a pause.",
        why=f"The training was stopped after {curves.last_step} of {curves.total_steps} steps, before the model had learnt what these examples teach."
        if cut_short
        else f"{curves.training.epochs:g} epochs are {curves.total_steps} steps here: too few to learn all that these examples teach.",
        fix="Press Resume: the training goes on where it was stopped."
        if cut_short
        else f"Raise Epochs to {epochs:g} and start a new run.",
        evidence=Evidence("loss", int(steps[first]), int(steps[-1])),
        changes={} if cut_short or epochs == curves.training.epochs else {"epochs": epochs},
    )
