"""Short labels in tiny batches."""

from dataclasses import replace

import pytest

from ft_core.train.coach.coach import advise
from ft_core.train.coach.curves import read
from ft_core.train.coach.few_tokens import few_tokens
from tests.train.coach.made import dataset, random_labels, trained


@pytest.fixture(scope="module")
def scarce(tmp_path_factory, base):
    folder = tmp_path_factory.mktemp("scarce")
    data = dataset(folder, random_labels(120, share=0.2))
    return read(trained(folder, base, data, batch_size=2, epochs=2, learning_rate=2e-3, evaluations=4))


def test_a_larger_batch_for_short_labels(scarce):
    advice = few_tokens(scarce)
    assert advice is not None and advice.severity == "hint" and "3." in advice.what
    assert 4 <= advice.changes["batch_size"] <= 10
    assert "few_learnt_tokens" in [found.code for found in advise(scarce)]


def test_the_larger_batch_is_no_complaint(scarce):
    advice = few_tokens(scarce)
    assert advice is not None
    assert few_tokens(replace(scarce, training=scarce.training.model_copy(update=advice.changes))) is None


def test_too_few_rows_for_a_larger_batch_need_more_rows(scarce):
    """The same curves of so few examples that a larger batch would leave too few steps."""
    advice = few_tokens(replace(scarce, train_examples=20))
    assert advice is not None and advice.changes == {} and advice.fix.startswith("Collect")


def test_unknown_tokens_are_no_finding(scarce):
    assert few_tokens(replace(scarce, learnt_tokens=None)) is None


def test_other_trainings_have_enough(healthy, crawling, by_heart, odd):
    for curves in (healthy, crawling, by_heart, odd):
        assert few_tokens(curves) is None
