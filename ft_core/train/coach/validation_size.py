"""Validation set missing, or too small to tell."""

from math import ceil

from ft_core.amounts import count
from ft_core.train.coach.advice import Advice, Evidence
from ft_core.train.coach.curves import Curves

_TELLS = 1 / 3  # of the loss: a validation that cannot tell two thirds of a loss from the whole tells little
_DEVIATIONS = 1.96  # of a normal distribution: 95%
_LARGEST_SHARE = 0.5  # what Validation share allows


def validation_size(curves: Curves) -> Advice | None:
    """No validation examples, or a 95% interval of the validation loss that reaches more than a third of it to either side.

    The interval is 1.96 standard errors; with the usual scatter (Curves.example_scatter is 1) it takes 35 examples.
    """
    if not len(curves.steps):
        return None
    evidence = Evidence("loss", curves.first_step, curves.last_step)
    examples = curves.validation_examples
    enough = ceil((_DEVIATIONS * curves.example_scatter / _TELLS) ** 2)
    if examples == 0:
        return Advice(
            code="no_validation",
            severity="hint",
            title="Nothing is kept aside to check",
            what="There are no validation examples, so there is no validation loss.",
            why="The training loss also falls when the model learns the examples by heart. Only examples it does not learn from show whether it gets better.",
            fix="Set Validation share in the Data tab to 0.1, prepare the data again and start a new run.",
            evidence=evidence,
        )
    if examples >= enough or not len(curves.validation_loss):
        return None
    loss = float(curves.validation_loss[-1])
    half = _DEVIATIONS * curves.validation_error
    share = enough / (curves.train_examples / curves.training.training_share + examples)
    return Advice(
        code="validation_too_small",
        severity="hint",
        title="The validation set is too small to tell",
        what=f"The validation loss of {loss:.3f} comes from {count(examples, 'example')}. "
        f"With other examples of the same kind it could be {max(0.0, loss * (1 - half)):.3f} to {loss * (1 + half):.3f}.",
        why=f"Differences smaller than that, between steps or between runs, may be chance. With about {enough} examples the curve is right to a third.",
        fix=f"Raise Validation share in the Data tab, so that about {enough} examples are in it, and prepare the data again."
        if share <= _LARGEST_SHARE
        else "Collect more examples: these are too few for a validation set that tells.",
        evidence=evidence,
    )
