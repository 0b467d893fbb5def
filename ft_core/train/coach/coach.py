"""The coach: all rules in order, and only the causes among what they find."""

from ft_core.train.coach.advice import Advice
from ft_core.train.coach.curves import Curves
from ft_core.train.coach.diverged import diverged
from ft_core.train.coach.few_tokens import few_tokens
from ft_core.train.coach.near_zero import near_zero
from ft_core.train.coach.no_learning import no_learning
from ft_core.train.coach.overfitting import overfitting
from ft_core.train.coach.rate_too_high import rate_too_high
from ft_core.train.coach.rate_too_low import rate_too_low
from ft_core.train.coach.spikes import spikes
from ft_core.train.coach.stopped_early import stopped_early
from ft_core.train.coach.validation_size import validation_size

# The gravest first, a cause before what it causes.
RULES = (
    diverged,
    rate_too_high,
    no_learning,
    overfitting,
    rate_too_low,
    near_zero,
    stopped_early,
    spikes,
    few_tokens,
    validation_size,
)
_COURSE = {"overfitting", "too_easy", "learnt_by_heart", "stopped_early", "spikes", "few_learnt_tokens"}
# What each finding explains: with the cause known, these say nothing more, or would advise the opposite.
_EXPLAINS = {
    "diverged": _COURSE | {"learning_rate_too_high", "no_learning", "learning_rate_too_low"},
    "learning_rate_too_high": _COURSE | {"no_learning", "learning_rate_too_low"},
    "no_learning": _COURSE | {"learning_rate_too_low"},
    "overfitting": {"too_easy", "learnt_by_heart", "few_learnt_tokens", "spikes"},
    "learning_rate_too_low": {"stopped_early", "few_learnt_tokens", "spikes"},
    "too_easy": {"stopped_early", "spikes", "few_learnt_tokens"},
    "learnt_by_heart": {"stopped_early", "spikes", "few_learnt_tokens"},
    "stopped_early": {"few_learnt_tokens"},
    "spikes": {"few_learnt_tokens"},
}


def advise(curves: Curves) -> list[Advice]:
    """What is going wrong in this training, most important first; empty when all is well. Two findings never contradict each other."""
    found: list[Advice] = []
    for rule in RULES:
        advice = rule(curves)
        if advice is not None and not any(advice.code in _EXPLAINS.get(cause.code, ()) for cause in found):
            found.append(advice)
    return found
