"""The power law finds the law it was made from, and says so when there is none."""

import pytest

from ft_core.train.learning_curve import Curve, fit, forecast

SIZES = [72, 144, 288, 576]


@pytest.mark.parametrize("law", [Curve(0.0, 3.0, 0.3), Curve(0.5, 3.0, 0.7), Curve(1.2, 20.0, 1.2)])
def test_the_fit_finds_the_law(law):
    found = fit(SIZES, [law.loss(size) for size in SIZES])
    assert found.exponent == pytest.approx(law.exponent, rel=0.03) and found.floor == pytest.approx(law.floor, abs=0.02)
    told = forecast(SIZES, [law.loss(size) for size in SIZES])
    gain = law.loss(576) - law.loss(1152)
    assert told.told and told.examples == 1152 and told.gain == pytest.approx(gain, rel=0.05)
    assert told.low is not None and told.high is not None and told.low <= told.gain <= told.high
    assert told.loss == pytest.approx(law.loss(1152), rel=0.02)


def test_the_order_of_the_points_does_not_matter():
    losses = [3.1, 2.4, 2.0, 1.8]
    assert forecast(SIZES, losses) == forecast(SIZES[::-1], losses[::-1])


def test_the_sentence_says_how_much_and_whether_it_helps():
    law = Curve(0.5, 3.0, 0.3)
    told = forecast(SIZES, [law.loss(size) for size in SIZES])
    assert told.sentence.startswith("With twice the data (1,152 training examples) the validation loss is expected to")
    assert f"from {law.loss(576):.3f}" in told.sentence and told.sentence.endswith("more data would still help.")
    flat = Curve(1.0, 100.0, 1.5)
    assert forecast(SIZES, [flat.loss(size) for size in SIZES]).sentence.endswith("would hardly help.")


@pytest.mark.parametrize(
    ("sizes", "losses", "why"),
    [
        ([], [], "0 sizes were measured, and it takes 4"),
        ([10, 20, 40], [3, 2, 1.5], "3 sizes were measured, and it takes 4"),
        ([10, 10, 20, 40], [3, 3, 2, 1.5], "3 sizes were measured, and it takes 4"),
        (SIZES, [2.0, 1.5, 1.4, 2.1], "the loss did not fall"),
        (SIZES, [3.0, 1.0, 3.2, 1.9], "the losses jump up and down"),
        (SIZES, [2.0, 1.66, 1.65, 1.3], "leaving out one point changes the answer too much"),
    ],
)
def test_what_cannot_be_told_is_not_told(sizes, losses, why):
    found = forecast(sizes, losses)
    assert not found.told and found.gain is None and found.low is None and found.curve is None
    assert found.sentence.startswith("What twice the data would buy cannot be told: ") and why in found.sentence
