"""Intervals against published numbers and simulations; verdicts that follow from them."""

import numpy
import pytest
from scipy.stats import norm
from sklearn.metrics import f1_score, precision_score, recall_score

from ft_core.evals import compare
from ft_core.evals.compare import Interval


def _pairs(both: int, gained: int, lost: int, neither: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    base = numpy.repeat([True, False, True, False], [both, gained, lost, neither])
    tuned = numpy.repeat([True, True, False, False], [both, gained, lost, neither])
    return base, tuned


def test_newcombe_interval_of_the_textbook_example() -> None:
    """Altman, Machin, Bryant and Gardner, Statistics with Confidence (2000), table 6.2: difference 0.122, 0.011 to 0.226."""
    found = compare.paired_shares(*_pairs(14, 5, 0, 22))
    assert (found.difference, found.low, found.high) == pytest.approx((0.122, 0.011, 0.226), abs=6e-4)


def test_newcombe_interval_holds_at_the_edges() -> None:
    same = compare.paired_shares(*_pairs(54, 0, 0, 0))
    assert same.low == pytest.approx(-same.high) and 0.05 < same.high < 0.08
    turned = compare.paired_shares(*_pairs(0, 20, 0, 0))
    assert turned.difference == 1.0 and 0.6 < turned.low < 1.0 and turned.high == 1.0


def test_newcombe_interval_turns_with_its_models() -> None:
    base, tuned = _pairs(20, 12, 2, 16)
    forth, back = compare.paired_shares(base, tuned), compare.paired_shares(tuned, base)
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


@pytest.mark.parametrize("total", [20, 60])
def test_newcombe_interval_covers_the_truth(total: int) -> None:
    chance = numpy.random.default_rng(total)
    cells = [0.45, 0.25, 0.1, 0.2]
    hits = 0
    for _ in range(600):
        found = compare.paired_shares(*_pairs(*chance.multinomial(total, cells)))
        hits += found.low <= 0.15 <= found.high
    assert 0.93 <= hits / 600 <= 0.995


def test_bootstrap_interval_covers_the_truth() -> None:
    chance = numpy.random.default_rng(1)
    weights = compare.resampled(25)
    hits = 0
    for _ in range(300):
        values = chance.exponential(size=25) - 1
        found = compare.bootstrapped(values.mean(), compare.mean_draws(weights, values), 25)
        hits += found.low <= 0 <= found.high
    assert 0.90 <= hits / 300 <= 0.985


def test_bootstrap_agrees_with_the_normal_interval_of_many_examples() -> None:
    values = numpy.random.default_rng(3).normal(0.4, 2.0, 900)
    found = compare.bootstrapped(values.mean(), compare.mean_draws(compare.resampled(900), values), 900)
    half = 1.96 * values.std(ddof=1) / 30
    assert found.low == pytest.approx(values.mean() - half, abs=0.02)
    assert found.high == pytest.approx(values.mean() + half, abs=0.02)


def test_macro_draws_are_scikit_learn_on_the_resampled_rows() -> None:
    chance = numpy.random.default_rng(5)
    chosen, expected = chance.integers(0, 5, 12), chance.integers(0, 4, 12)
    weights = compare.resampled(12)[:25]
    found = compare.macro_draws(weights, chosen, expected)
    for draw, counts in enumerate(weights.astype(int)):
        rows = (numpy.repeat(expected, counts), numpy.repeat(chosen, counts))
        for name, score in (
            ("f1_macro", f1_score),
            ("precision_macro", precision_score),
            ("recall_macro", recall_score),
        ):
            assert found[name][draw] == pytest.approx(score(*rows, average="macro", zero_division=0)), name


def test_loss_draws_weigh_tokens_not_examples() -> None:
    weights = numpy.array([[1.0, 1.0], [2.0, 0.0]])
    assert compare.ratio_draws(weights, numpy.array([2.0, 9.0]), numpy.array([1, 10])).tolist() == [1.0, 2.0]


def test_resampling_is_always_the_same_and_bounded() -> None:
    assert numpy.array_equal(compare.resampled(30), compare.resampled(30))
    assert compare.resampled(30).shape == (compare.DRAWS, 30)
    assert (compare.resampled(30).sum(1) == 30).all()
    assert compare.resampled(20_000).shape[0] == 1000


def test_sign_test() -> None:
    assert compare.exact_sign_test(5, 0) == pytest.approx(2 / 32)
    assert compare.exact_sign_test(0, 5) == compare.exact_sign_test(5, 0)
    assert compare.exact_sign_test(0, 0) == 1.0


def test_detectable_change_is_what_the_power_formula_gives() -> None:
    assert compare.smallest_detectable_share(100) == pytest.approx(0.125, abs=0.001)
    assert compare.smallest_detectable_share(400) == pytest.approx(compare.smallest_detectable_share(100) / 2)


@pytest.mark.parametrize(
    ("low", "high", "better", "result"),
    [
        (0.01, 0.2, "higher", "better"),
        (-0.2, -0.01, "higher", "worse"),
        (-0.2, -0.01, "lower", "better"),
        (0.01, 0.2, "lower", "worse"),
        (-0.01, 0.3, "higher", "no clear change"),
        (0.0, 0.3, "higher", "no clear change"),
        (-0.3, 0.0, "lower", "no clear change"),
    ],
)
def test_a_verdict_needs_an_interval_without_zero(low: float, high: float, better: str, result: str) -> None:
    assert compare.result(Interval((low + high) / 2, low, high), better, 0.049) == result
    assert compare.result(Interval((low + high) / 2, low, high), better, 0.05) == "no clear change", (
        "the test must agree"
    )


def test_sentences() -> None:
    clear = compare.accuracy_sentence("better", 34, 151, 160, Interval(0.73125, 0.6512, 0.7884))
    assert clear == (
        "The tuned model is better: it labels 151 of 160 examples right, the base model 34 "
        "(difference +73 points, 95 % interval +65 to +79; 160 test examples)."
    )
    unclear = compare.accuracy_sentence("no clear change", 10, 12, 30, Interval(0.0667, -0.004, 0.21))
    assert unclear == (
        "No clear change: the tuned model labels 12 of 30 examples right, the base model 10 "
        "(difference +6.7 points, 95 % interval -0.4 to +21; 30 test examples, a small test set)."
    )
    loss = compare.loss_sentence("worse", 1.0, 1.5, 80, Interval(0.5, 0.25, 0.75))
    assert loss == (
        "The tuned model is worse: its loss on the right answers is 1.50 nats per token, the base model's 1.00 "
        "(difference +0.50, 95 % interval +0.25 to +0.75; 80 test examples)."
    )


def test_holm_is_the_textbook_example_and_never_falls() -> None:
    adjusted = compare.holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert adjusted == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})
    assert compare.holm({}) == {} and compare.holm({"one": 0.2}) == {"one": 0.2}


def test_a_bootstrap_p_is_small_where_the_interval_leaves_out_zero() -> None:
    draws = numpy.random.default_rng(0).normal(1.0, 1.0, 4000)
    assert compare.bootstrap_p(draws) == pytest.approx(2 * norm.cdf(-1), abs=0.02)
    assert compare.bootstrap_p(draws + 9) == pytest.approx(2 / 4001) and compare.bootstrap_p(draws * 0) == 1.0


def test_an_adjusted_p_above_the_level_leaves_no_clear_change() -> None:
    interval = compare.Interval(0.2, 0.1, 0.3)
    assert [compare.result(interval, "higher", p) for p in (0.049, 0.05)] == ["better", "no clear change"]


def test_micro_draws_are_scikit_learn_on_the_resampled_rows() -> None:
    chance = numpy.random.default_rng(3)
    chosen, expected = chance.integers(-1, 3, 30), chance.integers(0, 3, 30)
    weights = compare.resampled(30)[:4]
    draws = compare.micro_draws(weights, chosen, expected)["f1_micro_written"]
    for weight, draw in zip(weights, draws, strict=True):
        rows = numpy.repeat(numpy.arange(30), weight.astype(int))
        assert draw == pytest.approx(f1_score(expected[rows], chosen[rows], labels=[0, 1, 2], average="micro"))
