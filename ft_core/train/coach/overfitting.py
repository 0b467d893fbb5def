"""Overfitting: the training loss goes on falling while the validation loss rises."""

import numpy

from ft_core import amounts
from ft_core.settings.methods import used_by
from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import NEAR_ZERO, Curves

_LEAST_RISE = 0.05  # smaller ones cost nothing that an answer shows
_ERRORS = 1.64  # one-sided 95%
_DROPOUT = 0.1  # QLoRA's for models up to 13 billion parameters (arXiv:2305.14314, table 9)


def overfitting(curves: Curves) -> Advice | None:
    """The last validations (median of up to three) are above the best one by more than 5% and more than chance.

    Two or more validations must follow the best, so that one that is a little worse does not count. Chance is the standard error
    of the validation loss (Curves.validation_error): an upper bound, because all validations are of the same examples. The
    corrected run ends where the validation loss was best (early stopping: Prechelt 1998, "Early stopping - but when?"); when that
    was within the first epoch, fewer epochs help little, and LoRA dropout is raised too where the method has it.
    """
    loss, steps = curves.validation_loss, curves.validation_steps
    if not curves.measured or len(loss) < 3:
        return None
    best = int(loss.argmin())
    after = loss[best + 1 :]
    if len(after) < 2:
        return None
    late, least = float(numpy.median(after[-3:])), float(loss[best])
    rise = late / max(least, 1e-9) - 1
    if late < NEAR_ZERO or rise < max(_LEAST_RISE, _ERRORS * curves.validation_error):
        return None
    then = float(numpy.interp(steps[best], curves.steps, curves.smooth))
    if curves.end >= then:
        return None
    epoch = max(0.1, round(curves.epoch(int(steps[best])), 1))
    changes: dict[str, float | int] = {"epochs": epoch}
    more = ""
    # A training on pairs has no dropout, whatever is set: its reference would differ by chance.
    dropout = used_by(curves.training.method, "lora_dropout") and not curves.on_pairs
    if epoch <= 1 and dropout and curves.training.lora_dropout < _DROPOUT:
        changes["lora_dropout"] = _DROPOUT
        more = f" and LoRA dropout to {_DROPOUT:g}"
    return Advice(
        code="overfitting",
        severity="problem",
        title="It learns the examples by heart",
        what=f"The validation loss was best at step {steps[best]} ({amounts.loss(least)}, epoch {epoch:g}) and then rose to {amounts.loss(late)}, "
        f"while the training loss fell on from {amounts.loss(then)} to {amounts.loss(curves.end)}.",
        why=f"After epoch {epoch:g} the model remembered single training examples instead of what they have in common, and it answers new questions worse.",
        fix=f"Set Epochs to {epoch:g}{more} and start a new run. More, and more varied, examples help most.",
        evidence=Evidence("loss", int(steps[best]), int(steps[-1])),
        changes=changes,
    )
