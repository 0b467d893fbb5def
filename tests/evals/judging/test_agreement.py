"""Cohen's kappa with an interval that covers, and words that do not promise more than the numbers."""

import random
import warnings

import pytest
from sklearn.metrics import cohen_kappa_score

from ft_core.evals.judging.agreement import ENOUGH, agreement, trust


def two(count, same, seed=1, kinds=("base", "tuned", "tie")):
    """Two who agree on a share `same` of pairs, and say anything on the others."""
    chance = random.Random(seed)
    first = {f"p{n}": chance.choice(kinds) for n in range(count)}
    return first, {pair: said if chance.random() < same else chance.choice(kinds) for pair, said in first.items()}


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_scikit_learn(seed):
    first, second = two(80, 0.5, seed)
    found = agreement(first, second)
    assert found["kappa"] == pytest.approx(cohen_kappa_score(list(first.values()), list(second.values())))
    assert found["low"] < found["kappa"] < found["high"] and found["shared"] == 80
    assert found["same"] == sum(first[pair] == second[pair] for pair in first)


def test_only_pairs_that_both_judged_count_and_neither_is_neither():
    first = {f"p{n}": ("tie", "tuned", "base")[n % 3] for n in range(30)}
    second = {f"p{n}": ("both_bad", "tuned", "base")[n % 3] for n in range(30)} | {"other": "base"}
    found = agreement(first | {"mine": "tie"}, second)
    assert (found["shared"], found["same"], found["kappa"]) == (30, 30, 1.0)
    assert "almost perfect" in found["words"]
    assert agreement(first, {pair: "undecided" if said == "both_bad" else said for pair, said in second.items()})["kappa"] == 1.0  # fmt: skip


@pytest.mark.parametrize("count", [1, ENOUGH - 1])
def test_a_few_pairs_are_counted_and_nothing_more(count):
    first, second = two(count, 0.9)
    found = agreement(first, second)
    assert found["kappa"] is None and found["low"] is None and f"of {count} pairs" in found["words"]
    assert "too few" in found["words"]


def test_no_pair_in_common():
    found = agreement({"a": "base"}, {"b": "base"})
    assert (found["shared"], found["same"], found["kappa"]) == (0, 0, None) and "no pair" in found["words"]


def test_one_verdict_only_tells_nothing():
    one = {f"p{n}": "tuned" for n in range(40)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = agreement(one, one)
    assert found["kappa"] is None and found["same"] == 40
    assert trust(found, "m")[0] is False
    half = agreement(one, {pair: "base" for pair in one})
    assert half["kappa"] == 0.0, "always against each other is no more than chance"


@pytest.mark.parametrize(("count", "same", "kinds"), [(20, 0.9, 2), (60, 0.5, 3)])
def test_the_interval_covers_the_true_kappa(count, same, kinds):
    """Two who agree by design on a share of the pairs and by chance on the rest: that share is the true kappa."""
    found = [agreement(*two(count, same, seed, ("base", "tuned", "tie")[:kinds])) for seed in range(25)]
    assert sum(one["low"] <= same <= one["high"] for one in found) >= 22


def test_two_who_never_differed_in_twenty_pairs_are_not_known_to_agree_always():
    first = {f"p{n}": ("base", "tuned")[n % 2] for n in range(ENOUGH)}
    found = agreement(first, first)
    assert found["kappa"] == found["high"] == 1.0 and 0.6 < found["low"] < 0.75


@pytest.mark.parametrize(
    ("count", "same", "trusted", "word"),
    [(12, 1.0, False, "Vote on 8 more"), (60, 0.0, False, "Do not trust"), (80, 0.55, False, "hint"), (80, 0.95, True, "much as people do")],
)  # fmt: skip
def test_a_judge_is_trusted_after_enough_agreement_alone(count, same, trusted, word):
    said = trust(agreement(*two(count, same, 3)), "big-model")
    assert said[0] is trusted and word in said[1] and "big-model" in said[1]
