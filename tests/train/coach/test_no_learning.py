"""A loss that stays where it was: because of the rate, or because there is nothing to learn."""

from dataclasses import replace

import pytest

from ft_core.train.coach.coach import advise
from ft_core.train.coach.curves import read
from ft_core.train.coach.no_learning import no_learning
from tests.train.coach.made import dataset, merged, random_labels, trained


@pytest.fixture(scope="module")
def still(tmp_path_factory, base, clean):
    return read(trained(tmp_path_factory.mktemp("still"), base, clean, learning_rate=1e-9, epochs=1))


@pytest.fixture(scope="module")
def unlearnable(tmp_path_factory, base):
    """A base model that knows the form of the answers, and answers by chance: nothing is left to learn."""
    folder = tmp_path_factory.mktemp("unlearnable")
    first = trained(folder, base, dataset(folder / "first", random_labels(300, seed=1)), epochs=2, evaluations=1)
    knows = merged(first, base, folder / "base")
    return read(trained(folder, knows, dataset(folder / "second", random_labels(300, seed=2)), epochs=1))


def test_a_rate_of_nothing_moves_nothing(still):
    (advice, *hints) = advise(still)
    assert advice.code == "no_learning" and advice.severity == "problem" and "1e-09" in advice.why
    assert advice.changes == {"learning_rate": 0.002}
    assert all(hint.code.startswith("validation") for hint in hints)


def test_labels_by_chance_cannot_be_learnt_at_any_rate(unlearnable):
    (advice, *hints) = advise(unlearnable)
    assert advice.code == "no_learning" and advice.changes == {} and "Data tab" in advice.fix
    assert all(hint.code.startswith("validation") for hint in hints)


def test_what_moves_learns(healthy, thrown, crawling, by_heart, odd):
    for curves in (healthy, thrown, crawling, by_heart, odd):
        assert no_learning(curves) is None


def test_nothing_is_said_in_the_first_half(still):
    assert no_learning(replace(still, status="running", total_steps=3 * still.total_steps)) is None
