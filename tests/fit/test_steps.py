"""Steps of a training and divisors of a batch."""

import pytest

from ft_core import fit
from ft_core.settings.train import TrainSpec


@pytest.mark.parametrize(("number", "limit", "divisor"), [(16, 8, 8), (12, 8, 6), (7, 4, 1), (6, 100, 6), (1, 1, 1)])
def test_largest_divisor(number, limit, divisor):
    assert fit.largest_divisor(number, limit) == divisor


@pytest.mark.parametrize(
    ("epochs", "rows", "steps"), [(5, 618, 194), (1, 16, 1), (0.1, 20, 1), (2, 16, 2), (0.3, 160, 3)]
)
def test_plan_steps(epochs, rows, steps):
    assert fit.plan_steps(TrainSpec(epochs=epochs, batch_size=16), rows) == steps


def test_a_share_of_the_rows_has_as_few_steps():
    half = TrainSpec(epochs=2, batch_size=16, training_share=0.5)
    assert fit.training_rows(half.training_share, 1000) == 500 and fit.plan_steps(half, 1000) == 63
    assert fit.training_rows(0.001, 20) == 1
