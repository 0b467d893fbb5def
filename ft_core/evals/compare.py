"""Paired comparison of two models on the same examples: differences, 95 % intervals, and a verdict that follows from them.

Differences are always tuned - base. Bootstrap intervals come from one fixed seed, so a report is the same each time.
"""

import math
from dataclasses import dataclass

import numpy
import scipy

SEED = 42
DRAWS = 5000
SMALL = 50  # below this many test examples, a test set is called small
ALPHA = 0.05
_Z95 = 1.959964
_POWER80 = 0.841621
_USUAL_DISAGREEMENT = 0.2
_CELLS = 2**24  # random counts held at once: 128 MB


@dataclass(frozen=True)
class Interval:
    """A difference and its 95 % interval."""

    difference: float
    low: float
    high: float


# 0/1 scores.


def wilson(successes: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927, without continuity correction)."""
    interval = scipy.stats.binomtest(successes, total).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)


def paired_shares(base: numpy.ndarray, tuned: numpy.ndarray) -> Interval:
    """Difference of two shares of right answers on the same examples, both bool [n].

    Newcombe 1998 (Statistics in Medicine 17, 2635-2650), method 10: Wilson intervals joined, with a continuity-corrected phi.
    It keeps its coverage with few examples and with shares of 0 or 1, where the textbook (Wald) interval does not.
    """
    both, gained = int((base & tuned).sum()), int((~base & tuned).sum())
    lost, neither = int((base & ~tuned).sum()), int((~base & ~tuned).sum())
    total = both + gained + lost + neither
    p_tuned, p_base = (both + gained) / total, (both + lost) / total
    low_tuned, high_tuned = wilson(both + gained, total)
    low_base, high_base = wilson(both + lost, total)
    margins = (both + gained) * (lost + neither) * (both + lost) * (gained + neither)
    product = both * neither - gained * lost
    if product > 0:
        product = max(product - total / 2, 0)
    phi = product / math.sqrt(margins) if margins else 0.0
    below, above = p_tuned - low_tuned, high_base - p_base
    down = math.sqrt(max(below**2 - 2 * phi * below * above + above**2, 0.0))
    above, below = high_tuned - p_tuned, p_base - low_base
    up = math.sqrt(max(above**2 - 2 * phi * above * below + below**2, 0.0))
    difference = p_tuned - p_base
    return Interval(difference, max(difference - down, -1.0), min(difference + up, 1.0))


def exact_sign_test(gained: int, lost: int) -> float:
    """Two-sided exact p of `gained` wins against `lost`; for right and wrong answers this is the exact McNemar test."""
    return float(scipy.stats.binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def smallest_detectable_share(total: int, disagreement: float = _USUAL_DISAGREEMENT) -> float:
    """Smallest difference that `total` examples show with 80 % power when `disagreement` of the answers change sides."""
    return (_Z95 + _POWER80) * math.sqrt(disagreement / total)


def noticed(total: int, things: str) -> str:
    """What a set of that many `things` can show, in a sentence."""
    least = smallest_detectable_share(total)
    if least > _USUAL_DISAGREEMENT:
        return f"{total} {things} are so few that only very large differences show."
    return (
        f"With {total} {things}, a true difference of {100 * least:.0f} points is noticed four times in five (where one answer in five changes "
        "sides); a smaller one may well stay unseen."
    )


def smallest_detectable(draws: numpy.ndarray) -> float:
    """The same for a bootstrapped difference, from the spread of its draws."""
    return float((_Z95 + _POWER80) * draws.std())


# Everything else: bootstrap over examples.


def resampled(total: int) -> numpy.ndarray:
    """How often each of `total` examples is in each bootstrap sample: float64 [draws, total]. Fewer draws for very large sets."""
    draws = max(1000, min(DRAWS, _CELLS // total))
    chance = numpy.random.default_rng(SEED)
    return numpy.array(
        [numpy.bincount(chance.integers(0, total, total), minlength=total) for _ in range(draws)], dtype=numpy.float64
    )


def bootstrapped(difference: float, draws: numpy.ndarray, total: int) -> Interval:
    """Percentile interval of bootstrap `draws`, widened for small `total` (Hesterberg 2015, The American Statistician 69, 371-386)."""
    tail = float(scipy.stats.norm.cdf(-math.sqrt(total / (total - 1)) * scipy.stats.t.ppf(0.975, total - 1)))
    low, high = numpy.quantile(draws, [tail, 1 - tail])
    return Interval(difference, float(low), float(high))


def bootstrap_p(draws: numpy.ndarray) -> float:
    """Two-sided p of a difference from its bootstrap `draws`: how far their quantiles reach before they meet zero (Efron and Tibshirani 1993, 15.4)."""
    below, above = int((draws <= 0).sum()), int((draws >= 0).sum())
    return min(1.0, 2 * (min(below, above) + 1) / (len(draws) + 1))


def holm(p_values: dict[str, float]) -> dict[str, float]:
    """p-values adjusted for all being looked at together (Holm 1979): below 0.05, at most one family in twenty holds a false alarm."""
    adjusted: dict[str, float] = {}
    highest = 0.0
    for place, name in enumerate(sorted(p_values, key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[name]))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


def mean_draws(weights: numpy.ndarray, values: numpy.ndarray) -> numpy.ndarray:
    """Mean of `values` [n] in each bootstrap sample."""
    return weights @ values / weights.shape[1]


def ratio_draws(weights: numpy.ndarray, sums: numpy.ndarray, counts: numpy.ndarray) -> numpy.ndarray:
    """Sum of `sums` over sum of `counts` in each bootstrap sample: the loss per token."""
    return (weights @ sums) / (weights @ counts)


def macro_draws(weights: numpy.ndarray, chosen: numpy.ndarray, expected: numpy.ndarray) -> dict[str, numpy.ndarray]:
    """f1_macro, precision_macro and recall_macro in each bootstrap sample, as scikit-learn counts them (labels that occur in it)."""
    labels = numpy.arange(max(int(chosen.max()), int(expected.max())) + 1)
    given, true = chosen[:, None] == labels, expected[:, None] == labels
    right, given, true = weights @ (given & true), weights @ given, weights @ true
    occurs = given + true > 0
    ratios = {
        "f1_macro": 2 * right / numpy.where(occurs, given + true, 1),
        "precision_macro": right / numpy.where(given > 0, given, 1),
        "recall_macro": right / numpy.where(true > 0, true, 1),
    }
    return {name: (ratio * occurs).sum(1) / occurs.sum(1) for name, ratio in ratios.items()}


def micro_draws(weights: numpy.ndarray, chosen: numpy.ndarray, expected: numpy.ndarray) -> dict[str, numpy.ndarray]:
    """f1_micro_written in each bootstrap sample, where a chosen number below 0 is no label."""
    right = weights @ ((chosen == expected) & (chosen >= 0))
    return {"f1_micro_written": 2 * right / (weights @ (chosen >= 0) + weights.shape[1])}


def perplexity(loss: numpy.ndarray | float) -> numpy.ndarray:
    """exp(loss), at most e^100: JSON knows no infinity."""
    return numpy.exp(numpy.minimum(loss, 100.0))


# The verdict.


def result(interval: Interval, better: str, p_value: float) -> str:
    """What interval and test allow to say: "better" and "worse" only when it leaves out zero, and `p_value`, adjusted where others are looked at
    with it, is below 0.05.
    """
    if p_value >= ALPHA:
        return "no clear change"
    if interval.low > 0:
        return "better" if better == "higher" else "worse"
    if interval.high < 0:
        return "worse" if better == "higher" else "better"
    return "no clear change"


_OPENING = {
    "better": "The tuned model is better",
    "worse": "The tuned model is worse",
    "no clear change": "No clear change",
}


def accuracy_sentence(outcome: str, base: int, tuned: int, total: int, interval: Interval) -> str:
    """The verdict on a classification in one sentence. `base` and `tuned` count right labels."""
    subject = "the tuned model" if outcome == "no clear change" else "it"
    return (
        f"{_OPENING[outcome]}: {subject} labels {tuned} of {total} examples right, the base model {base} "
        f"(difference {_points(interval.difference)} points, 95 % interval {_points(interval.low)} to {_points(interval.high)}; {_examples(total)})."
    )


def loss_sentence(
    outcome: str, base: float, tuned: float, total: int, interval: Interval, about: str = "the right answers"
) -> str:
    """The verdict on free text in one sentence; `about` is what the losses are of. Losses are in nats per token; lower is better."""
    subject = "the loss of the tuned model" if outcome == "no clear change" else "its loss"
    return (
        f"{_OPENING[outcome]}: {subject} on {about} is {tuned:.2f} nats per token, "
        f"the base model's {base:.2f} (difference {interval.difference:+.2f}, 95 % interval {interval.low:+.2f} to {interval.high:+.2f}; {_examples(total)})."
    )


def prompting_sentence(how_well: str) -> str:
    """What is added to a verdict where the base model with examples in its prompt does as well."""
    return f" The base model with examples in its prompt does at least as well as the tuned model: {how_well}."


def preference_sentence(outcome: str, base: int, tuned: int, total: int, interval: Interval, started: str) -> str:
    """The verdict on pairs in one sentence. `base` and `tuned` count the pairs whose better answer is the likelier one; `started` names the base."""
    subject = "the tuned model" if outcome == "no clear change" else "it"
    return (
        f"{_OPENING[outcome]}: {subject} prefers the better answer in {tuned} of {total} pairs, {started} in {base} "
        f"(difference {_points(interval.difference)} points, 95 % interval {_points(interval.low)} to {_points(interval.high)}; {_examples(total)})."
    )


def _points(share: float) -> str:
    points = 100 * share
    return f"{points:+.0f}" if abs(points) >= 9.95 or points == 0 else f"{points:+.1f}"


def _examples(total: int) -> str:
    return f"{total} test examples" + (", a small test set" if total < SMALL else "")
