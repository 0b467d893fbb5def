"""Choices that depend on the machine."""

import pytest

from ft_core import fit, hardware
from ft_core.settings.data import DataSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec


@pytest.mark.parametrize(("number", "limit", "divisor"), [(16, 8, 8), (12, 8, 6), (7, 4, 1), (6, 100, 6), (1, 1, 1)])
def test_largest_divisor(number, limit, divisor):
    assert fit.largest_divisor(number, limit) == divisor


def test_threads_and_micro_batch_are_filled_in():
    spec = fit.prepare_spec(ProjectSpec(data=DataSpec(source="d.csv"), training=TrainSpec(batch_size=16)))
    assert spec.training.threads == hardware.describe().cores
    assert spec.training.micro_batch_size in (8, 16)


def test_a_choice_is_kept_where_it_divides_the_batch():
    spec = fit.prepare_spec(
        ProjectSpec(data=DataSpec(source="d.csv"), training=TrainSpec(batch_size=12, micro_batch_size=5, threads=1))
    )
    assert (spec.training.threads, spec.training.micro_batch_size) == (1, 4)


@pytest.mark.parametrize(
    ("epochs", "rows", "steps"), [(5, 618, 194), (1, 16, 1), (0.1, 20, 1), (2, 16, 2), (0.3, 160, 3)]
)
def test_plan_steps(epochs, rows, steps):
    assert fit.plan_steps(TrainSpec(epochs=epochs, batch_size=16), rows) == steps
