"""How often the statistics are wrong: comparisons simulated with no true difference, and with a known one.

    python -m tests.benchmarks.calibration

Each simulated comparison goes the way of an evaluation: scores of base and tuned for every test example, the paired interval, the verdict.
Without a true difference at most 6 % may be called better or worse; with one the interval must cover it in at least 94 %.
"""

import argparse
import sys
from collections.abc import Callable

import numpy

from ft_core.evals import compare, table
from ft_core.evals.table import Scored

SIZES = (20, 50, 100, 200, 500)
REQUIRED_FROM = 100  # below, the table is printed as it is
FALSE_ALARMS, COVERED = 0.06, 0.94

Simulated = tuple[Scored, float, str]  # the score, the true difference, which way is better


def accuracy(chance: numpy.random.Generator, weights: numpy.ndarray, differs: bool) -> Simulated:
    """Right and wrong answers that agree in part: both models find the same examples hard."""
    total, true = weights.shape[1], 0.1 if differs else 0.0
    hard = chance.random(total)
    base = hard < 0.6
    # The tuned model answers a third of the examples anew, by itself.
    anew = chance.random(total) < 1 / 3
    tuned = numpy.where(anew, chance.random(total) < 0.6 + 3 * true, base)
    return table.shares({"base": base, "tuned": tuned}), true, "higher"


def loss(chance: numpy.random.Generator, weights: numpy.ndarray, differs: bool) -> Simulated:
    """Losses of answers of 2 to 60 tokens, skewed as losses are; the difference varies from example to example."""
    total, true = weights.shape[1], -0.1 if differs else 0.0
    tokens = chance.integers(2, 61, total)
    base = tokens * chance.gamma(2.0, 0.6, total)
    tuned = base + tokens * (true + chance.normal(0, 0.4, total))
    scores, _ = table.losses({"base": base, "tuned": tuned}, tokens, weights)
    return scores["loss"], true, "lower"


def word_f1(chance: numpy.random.Generator, weights: numpy.ndarray, differs: bool) -> Simulated:
    """Scores between 0 and 1, many of them at the ends."""
    total, true = weights.shape[1], 0.06 if differs else 0.0
    base = numpy.clip(chance.beta(0.4, 0.6, total), 0, 1)
    swapped = chance.random(total) < 0.5
    tuned = numpy.where(swapped, chance.beta(0.4, 0.6, total), base) + true
    return table.means({"base": base, "tuned": tuned}, weights), true, "higher"


KINDS: dict[str, Callable[[numpy.random.Generator, numpy.ndarray, bool], Simulated]] = {
    "accuracy": accuracy,
    "loss": loss,
    "word F1": word_f1,
}


def rates(kind: str, total: int, comparisons: int, seed: int) -> tuple[float, float]:
    """(share called better or worse without a true difference, share of intervals that cover a true one)."""
    chance = numpy.random.default_rng([seed, total])
    weights = compare.resampled(total)
    called = covered = 0
    for _ in range(comparisons):
        scored, _, better = KINDS[kind](chance, weights, False)
        called += compare.result(scored.interval, better, scored.p_value) != "no clear change"
        scored, true, _ = KINDS[kind](chance, weights, True)
        covered += scored.interval.low <= true <= scored.interval.high
    return called / comparisons, covered / comparisons


def main() -> None:
    """Print the table; exit 1 where a limit is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=42)
    asked = parser.parse_args()
    print(f"{asked.comparisons} comparisons each, seed {asked.seed}")
    print(f"{'score':<10} {'examples':>8} {'false alarms':>13} {'covered':>8}")
    kept = True
    for kind in KINDS:
        for total in SIZES:
            called, covered = rates(kind, total, asked.comparisons, asked.seed)
            fine = total < REQUIRED_FROM or (called <= FALSE_ALARMS and covered >= COVERED)
            kept &= fine
            print(f"{kind:<10} {total:>8} {called:>13.1%} {covered:>8.1%}{'' if fine else '   beyond the limit'}")
    print(
        f"limits from {REQUIRED_FROM} examples on: {FALSE_ALARMS:.0%} and {COVERED:.0%}: {'kept' if kept else 'not kept'}"
    )
    sys.exit(not kept)


if __name__ == "__main__":
    main()
