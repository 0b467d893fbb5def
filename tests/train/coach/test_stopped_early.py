"""A training that ends while it is getting better."""

from dataclasses import replace

import pytest

from ft_core.train.coach.coach import advise
from ft_core.train.coach.curves import read
from ft_core.train.coach.stopped_early import stopped_early
from tests.train.coach.made import trained


@pytest.fixture(scope="module")
def short(tmp_path_factory, base, clean):
    return read(trained(tmp_path_factory.mktemp("short"), base, clean, epochs=1))


def test_more_epochs_while_the_validation_loss_falls(short):
    advice = stopped_early(short)
    assert advice is not None and advice.severity == "hint" and advice.changes == {"epochs": 2}
    assert advice.evidence.end == short.last_step and advice.code in [found.code for found in advise(short)]
    assert not [found for found in advise(short) if found.severity == "problem"]


def test_the_corrected_run_is_better_and_has_arrived(tmp_path, base, clean, short):
    """What the advice comes to in the end: it doubles the epochs as long as each doubling still brings much."""
    curves = read(trained(tmp_path, base, clean, epochs=4))
    assert stopped_early(curves) is None and curves.validation_loss[-1] < 0.7 * short.validation_loss[-1]


def test_one_that_was_stopped_by_hand_is_resumed(tmp_path, base, clean):
    curves = read(trained(tmp_path, base, clean, stop_after=20, evaluations=20))
    assert curves.status == "stopped" and curves.last_step == 20 < curves.total_steps
    advice = stopped_early(curves)
    assert advice is not None and advice.changes == {} and "Resume" in advice.fix and "20 of" in advice.why


def test_nothing_is_said_while_it_goes_on(short):
    assert stopped_early(replace(short, status="running")) is None


def test_other_trainings_had_arrived(healthy, by_heart):
    assert stopped_early(healthy) is None and stopped_early(by_heart) is None
