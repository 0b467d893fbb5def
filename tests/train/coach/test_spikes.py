"""Garbled answers stand out in the loss."""

from ft_core.train.coach.coach import advise
from ft_core.train.coach.jumps import loss_jumps
from ft_core.train.coach.spikes import spikes


def test_steps_with_garbled_answers_are_named(odd):
    advice = spikes(odd)
    assert advice is not None and advice.severity == "hint" and advice.changes == {"learning_rate": 0.001}
    steps = odd.steps[loss_jumps(odd)]
    assert str(steps[0]) in advice.what and advice.evidence.start == steps[0] and advice.evidence.end == steps[-1]
    assert "spikes" in [found.code for found in advise(odd)]
    assert not [found for found in advise(odd) if found.severity == "problem"]


def test_other_trainings_have_none(healthy, by_heart, crawling):
    for curves in (healthy, by_heart, crawling):
        assert spikes(curves) is None


def test_a_rate_that_throws_the_loss_about_explains_them(thrown):
    assert spikes(thrown) is not None
    assert "spikes" not in [found.code for found in advise(thrown)]
