"""Amounts as a person reads them."""

import pytest

from ft_core import amounts


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59, "59 s"),
        (65, "1 min 5 s"),
        (1500, "25 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations(seconds, words):
    assert amounts.duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "sign", "words"),
    [
        (None, "", "–"),
        (0.9, "", "0.900"),
        (0.5, "+", "+0.500"),
        (-0.5, "+", "-0.500"),
        (99.9999, "", "100.000"),
        (1234.4, "", "1,234"),
        (-462.03, "+", "-462"),
    ],
)
def test_scores(value, sign, words):
    assert amounts.score(value, sign) == words


def test_counts():
    assert amounts.count(1, "row") == "1 row" and amounts.count(1204, "row") == "1,204 rows"
    assert amounts.count(0, "row") == "0 rows"


def test_dollars_as_a_price_is_written():
    found = [amounts.dollars(amount) for amount in (None, 0, 0.004, 0.5, 1234.0)]
    assert found == ["–", "free", "under $0.01", "$0.50", "$1,234.00"]


def test_epochs():
    assert [amounts.epochs(amount) for amount in (1, 0.5, 8.0)] == ["1 epoch", "0.5 epochs", "8 epochs"]


@pytest.mark.parametrize(
    ("value", "words"),
    [(2.41234, "2.412"), (0.01, "0.010"), (0.00412, "0.0041"), (0.00042, "0.00042"), (0.0, "0.000"), (None, "–")],
)
def test_losses_that_are_small_are_not_nothing(value, words):
    assert amounts.loss(value) == words
