"""A rate far too low: seen, and gone with the new rate."""

from dataclasses import replace

from ft_core.train.coach.coach import advise
from ft_core.train.coach.curves import read
from ft_core.train.coach.rate_too_low import rate_too_low
from tests.train.coach.made import trained


def test_a_straight_fall_gets_a_higher_rate(crawling):
    advice = rate_too_low(crawling)
    assert advice is not None and advice.severity == "problem"
    assert 3e-4 <= advice.changes["learning_rate"] <= 1e-3 and "straight line" in advice.what
    assert [found.code for found in advise(crawling) if found.severity == "problem"] == ["learning_rate_too_low"]


def test_the_corrected_run_has_no_complaint_and_a_better_loss(tmp_path, base, clean, crawling):
    advice = rate_too_low(crawling)
    assert advice is not None
    corrected = read(trained(tmp_path, base, clean, evaluations=6, **advice.changes))
    assert rate_too_low(corrected) is None
    assert corrected.validation_loss[-1] < 0.7 * crawling.validation_loss[-1]


def test_other_trainings_are_not_slow(healthy, thrown, by_heart, odd):
    for curves in (healthy, thrown, by_heart, odd):
        assert rate_too_low(curves) is None


def test_a_curve_that_bends_is_not_slow_whatever_its_rate(healthy):
    training = healthy.training.model_copy(update={"learning_rate": 1e-5})
    assert rate_too_low(replace(healthy, training=training)) is None


def test_nothing_is_said_in_the_first_half(crawling):
    assert rate_too_low(replace(crawling, status="running", total_steps=3 * crawling.total_steps)) is None
