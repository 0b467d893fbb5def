"""A loss near zero early: too easy, or learnt by heart."""

from dataclasses import replace

import pytest

from ft_core.train.coach.coach import advise
from ft_core.train.coach.curves import read
from ft_core.train.coach.near_zero import near_zero
from tests.helpers import toy_rows
from tests.train.coach.made import dataset, trained


@pytest.fixture(scope="module")
def easy(tmp_path_factory, base):
    """Every answer is the same."""
    folder = tmp_path_factory.mktemp("easy")
    rows = [(message, "fruit") for message, _ in toy_rows(100)]
    return read(trained(folder, base, dataset(folder, rows), epochs=5, learning_rate=5e-3))


def test_what_is_known_at_once_also_of_other_examples_is_too_easy(easy):
    (advice, *hints) = advise(easy)
    assert advice.code == "too_easy" and advice.severity == "hint"
    assert advice.evidence.start < easy.total_steps / 2 and 0 < advice.changes["epochs"] < 2.5
    assert {hint.code for hint in hints} <= {"validation_too_small"}


def test_without_validation_it_is_learnt_by_heart(alone):
    advice, hint = advise(alone)
    assert advice.code == "learnt_by_heart" and "no validation loss" in advice.what
    assert advice.changes["epochs"] <= 10 and hint.code == "no_validation"


def test_a_validation_loss_that_still_falls_is_no_reason_to_stop(easy):
    falling = easy.validation_loss + [5, 4, 3, 2, 1.5, 1.2, 0.9, 0.6]
    assert near_zero(replace(easy, validation_loss=falling)) is None
    flat = near_zero(replace(easy, validation_loss=easy.validation_loss + 0.5))
    assert flat is not None and flat.code == "learnt_by_heart" and "stays at 0.5" in flat.what


def test_other_trainings_have_something_left(healthy, thrown, crawling, odd):
    for curves in (healthy, thrown, crawling, odd):
        assert near_zero(curves) is None
