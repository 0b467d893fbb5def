"""The table of scores, and what several scores looked at together allow to say."""

import numpy
import pytest

from ft_core.evals import compare, table
from ft_core.evals.about import MetricInfo

CHANCE = numpy.random.default_rng(1)
BASE = CHANCE.random(120) < 0.4
TUNED = BASE | (CHANCE.random(120) < 0.3)
WEIGHTS = compare.resampled(120)


def test_shares_means_and_draws_give_what_compare_gives() -> None:
    found = table.shares({"base": BASE, "tuned": TUNED, "few_shot": ~BASE})
    assert found.values == pytest.approx({"base": BASE.mean(), "tuned": TUNED.mean(), "few_shot": 1 - BASE.mean()})
    assert found.interval == compare.paired_shares(BASE, TUNED)
    assert found.p_value == compare.exact_sign_test(int((TUNED & ~BASE).sum()), 0)
    means = table.means({"base": BASE * 1.0, "tuned": TUNED * 1.0}, WEIGHTS)
    assert means.interval.difference == pytest.approx(found.interval.difference) and means.interval.low > 0
    assert means.p_value == pytest.approx(2 / 5001)


def test_loss_and_perplexity_are_per_token() -> None:
    sums, tokens = {"base": numpy.full(120, 6.0), "tuned": numpy.full(120, 3.0)}, numpy.full(120, 3)
    scores, draws = table.losses(sums, tokens, WEIGHTS)
    assert scores["loss"].values == {"base": 2.0, "tuned": 1.0} and draws == pytest.approx(-1.0)
    assert scores["perplexity"].values == pytest.approx({"base": numpy.exp(2), "tuned": numpy.exp(1)})


def test_the_headline_stands_for_itself_and_the_others_are_adjusted_together() -> None:
    interval = compare.Interval(0.2, 0.1, 0.3)
    infos = {name: MetricInfo(title=name, meaning="A score.") for name in ("main", "clear", "chance")}
    scored = {
        name: table.Scored({"base": 0.1, "tuned": 0.3}, interval, p)
        for name, p in (("main", 0.04), ("clear", 0.01), ("chance", 0.06))
    }
    rows = table.table(infos, scored, "main")
    assert [(row["p_adjusted"], row["result"]) for row in rows.values()] == [
        (None, "better"),
        (0.02, "better"),
        (0.06, "no clear change"),
    ]
    assert rows["main"]["few_shot"] is None and rows["main"]["low"] == 0.1
