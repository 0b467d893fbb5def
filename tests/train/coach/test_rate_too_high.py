"""A rate far too high: seen, and gone with the new rate."""

from dataclasses import replace

import pytest

from ft_core.train.coach.coach import advise
from ft_core.train.coach.curves import read
from ft_core.train.coach.rate_too_high import rate_too_high
from tests.train.coach.made import trained


def test_a_training_that_is_thrown_back_gets_the_usual_rate(thrown):
    advice = rate_too_high(thrown)
    assert advice is not None and advice.severity == "problem" and advice.changes == {"learning_rate": 0.002}
    assert "rose again" in advice.what and advice.evidence.chart == "loss"
    low, high = advice.evidence.start, advice.evidence.end
    assert thrown.smooth[list(thrown.steps).index(high)] > 1.3 * thrown.smooth[list(thrown.steps).index(low)]


@pytest.mark.parametrize("rate", [0.2, 1.0])
def test_a_model_that_is_thrown_away_at_once_is_seen_too(tmp_path, base, clean, rate):
    """Its loss is flat afterwards, at a height that another rate leaves far below."""
    curves = read(trained(tmp_path, base, clean, learning_rate=rate, epochs=2))
    found = advise(curves)
    assert found[0].code == "learning_rate_too_high" and found[0].changes == {"learning_rate": 0.002}
    assert [advice.code for advice in found[1:] if advice.severity == "problem"] == []


def test_it_is_seen_before_the_end(thrown):
    half = len(thrown.steps) // 2
    cut = {
        name: getattr(thrown, name)[:half] for name in ("steps", "loss", "gradient_norm", "learning_rate")
    }
    assert rate_too_high(replace(thrown, status="running", **cut)) is not None


def test_other_trainings_are_not_thrown(healthy, by_heart, crawling, odd):
    for curves in (healthy, by_heart, crawling, odd):
        assert rate_too_high(curves) is None


def test_the_corrected_run_has_no_complaint_and_a_better_loss(tmp_path, base, clean, thrown):
    advice = rate_too_high(thrown)
    assert advice is not None
    corrected = read(trained(tmp_path, base, clean, **advice.changes))
    assert rate_too_high(corrected) is None
    assert corrected.validation_loss[-1] < thrown.validation_loss[-1]
