"""A rate far too high: seen, and gone with the new rate."""

from dataclasses import replace

from ft_core.train.coach.coach import advise
from ft_core.train.coach.curves import read
from ft_core.train.coach.rate_too_high import rate_too_high
from tests.train.coach.made import trained


def test_a_training_that_is_thrown_back_gets_the_usual_rate(thrown):
    advice = rate_too_high(thrown)
    assert advice is not None and advice.severity == "problem" and advice.changes == {"learning_rate": 0.002}
    assert "rose again" in advice.what and advice.evidence.chart == "loss"
    low, high = advice.evidence.start, advice.evidence.end
    down, up = (thrown.smooth[list(thrown.steps).index(step)] for step in (low, high))
    assert up - down > 0.1 * (thrown.start - down)


def test_a_model_that_is_thrown_away_at_once_is_seen_too(tmp_path, base, clean):
    """Its loss is flat afterwards, at a height that another rate leaves far below."""
    curves = read(trained(tmp_path, base, clean, learning_rate=0.2, epochs=2))
    found = advise(curves)
    assert found[0].code == "learning_rate_too_high" and found[0].changes == {"learning_rate": 0.002}
    assert [advice.code for advice in found[1:] if advice.severity == "problem"] == []


def test_a_loss_that_ends_above_its_start_is_seen(crawling):
    """A real curve, run backwards."""
    advice = rate_too_high(replace(crawling, loss=crawling.loss[::-1]))
    assert advice is not None and "higher than" in advice.what


def test_a_validation_loss_that_rises_and_comes_back_is_seen(healthy):
    """A healthy curve with one bad validation in its middle: all are of the same examples, so it was the model that moved."""
    bumped = healthy.validation_loss.copy()
    bumped[4] += 0.2 * healthy.start
    advice = rate_too_high(replace(healthy, validation_loss=bumped))
    assert advice is not None and "came back" in advice.what
    assert (advice.evidence.start, advice.evidence.end) == tuple(healthy.validation_steps[3:5])


def test_it_is_seen_before_the_end(thrown):
    half = len(thrown.steps) // 2
    cut = {name: getattr(thrown, name)[:half] for name in ("steps", "loss", "gradient_norm", "learning_rate")}
    assert rate_too_high(replace(thrown, status="running", **cut)) is not None


def test_other_trainings_are_not_thrown(healthy, by_heart, crawling, odd):
    for curves in (healthy, by_heart, crawling, odd):
        assert rate_too_high(curves) is None


def test_the_corrected_run_has_no_complaint_and_a_better_loss(tmp_path, base, clean, thrown):
    advice = rate_too_high(thrown)
    assert advice is not None
    corrected = read(trained(tmp_path, base, clean, evaluations=4, **advice.changes))
    assert rate_too_high(corrected) is None
    assert corrected.validation_loss[-1] < thrown.validation_loss[-1]
