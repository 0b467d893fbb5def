"""Diverged: the loss became infinite or no number, and the training ended there."""

from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import Curves


def diverged(curves: Curves) -> Advice | None:
    """The training ended with `train.diverged`. The new rate is the fifth that its error names."""
    if curves.error != "train.diverged":
        return None
    rate = curves.training.learning_rate
    measured = len(curves.steps) > 0
    last = curves.last_step if measured else 0
    seen = (
        f"The last loss that was a number is {curves.loss[-1]:.2f}, at step {last}; the next was infinite or no number."
        if measured
        else "The loss of the very first step was infinite or no number."
    )
    return Advice(
        code="diverged",
        severity="problem",
        title="The training broke down",
        what=seen,
        why=f"With Learning rate {rate:g} a step threw the trained values so far that the next loss was larger still, until no number could hold it."
        if measured
        else "Nothing was learnt yet, so it can also be the base model: its weights may be damaged or too large for its number format.",
        fix=f"Lower Learning rate to {rate / 5:g} and start a new run. If it breaks down at the first step again, choose another base model.",
        evidence=Evidence("loss", int(curves.steps[-5:][0]) if measured else 0, last),
        changes={"learning_rate": rate / 5},
    )
