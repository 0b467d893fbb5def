"""Outcomes counted, and a verdict that is not fooled by few votes."""

import random

import pytest
from scipy.stats import binomtest

from ft_core.evals.judging.tally import detectable, majority, percent, sentence, shown, tally


def outcomes(tuned, base, tie=0, both_bad=0):
    return ["tuned"] * tuned + ["base"] * base + ["tie"] * tie + ["both_bad"] * both_bad


def test_a_known_result():
    """28 : 14 with 8 ties: 0.667 [0.516, 0.790], p 0.044, as scipy gives it."""
    found = tally(outcomes(28, 14, tie=8))
    assert (found["decided"], found["tie"], round(found["win_rate"], 3)) == (42, 8, 0.667)
    assert (round(found["low"], 3), round(found["high"], 3), round(found["p_value"], 3)) == (0.516, 0.79, 0.044)
    assert found["result"] == "better"
    said = sentence(found, "people")
    assert said.startswith("The tuned model is better: people preferred its answer in 28 of 42 decided pairs (67 %")
    assert "52 % to 79 %" in said and "p = 0.044" in said and "a small number" in said


def test_ties_and_both_bad_change_nothing_but_their_own_counts():
    plain, with_ties = tally(outcomes(9, 4)), tally(outcomes(9, 4, tie=50, both_bad=3) + ["split", "undecided"])
    apart = ("tie", "both_bad", "split", "undecided")
    assert {name: with_ties[name] for name in apart} == {"tie": 50, "both_bad": 3, "split": 1, "undecided": 1}
    assert all(plain[name] == with_ties[name] for name in plain if name not in apart)


@pytest.mark.parametrize(
    ("tuned", "base", "result"),
    [
        (0, 0, "no clear change"),
        (5, 0, "no clear change"),
        (6, 0, "better"),
        (0, 6, "worse"),
        (30, 25, "no clear change"),
    ],
)
def test_five_votes_of_five_are_not_enough(tuned, base, result):
    """The Wilson interval of 5 of 5 leaves out one half, the exact test does not: p is 0.0625."""
    found = tally(outcomes(tuned, base))
    assert found["result"] == result
    assert sentence(found, "people").startswith(
        {"better": "The tuned model is better", "worse": "The tuned model is worse"}.get(
            result, "No clear change" if tuned + base else "Nothing can be told"
        )
    )


def test_nothing_decided_is_no_score():
    found = tally(["tie", "both_bad"])
    assert (found["win_rate"], found["low"], found["high"], found["p_value"]) == (None, None, None, 1.0)
    assert sentence(found, "people") == "No clear change: people preferred neither answer in any pair so far."


def test_of_equal_models_few_are_called_better_or_worse():
    chance = random.Random(7)
    called = 0
    for _ in range(600):
        tuned = sum(chance.random() < 0.5 for _ in range(40))
        called += tally(outcomes(tuned, 40 - tuned))["result"] != "no clear change"
    assert called / 600 <= 0.06


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["tuned"], "tuned"),
        (["tuned", "tie", "both_bad"], "tuned"),
        (["base", "tuned", "base"], "base"),
        (["base", "tuned"], "split"),
        (["base", "tuned", "tie"], "split"),
        (["tie", "both_bad"], "tie"),
        (["both_bad", "both_bad", "tie"], "both_bad"),
    ],
)
def test_what_several_say_together(given, said):
    assert majority(given) == said == majority(given[::-1])


def test_what_can_be_seen_is_seen_in_four_of_five_studies():
    rate, decided = detectable(100), 100
    assert 0.6 < rate < 0.7 and detectable(4) == 1.0
    seen = [tuned for tuned in range(101) if binomtest(tuned, decided).pvalue < 0.05 and tuned > 50]
    power = 1 - binomtest(min(seen) - 1, decided, rate, alternative="less").pvalue
    assert 0.72 < power < 0.88


def test_figures_in_words():
    assert percent(2 / 3) == "67 %" and shown(0.0444) == "= 0.044" and shown(0.0001) == "below 0.001"
