"""Which validation was best, and whether a training is over."""

import pytest

from ft_core.run import Run
from ft_core.settings import project
from ft_core.train import validations


def test_validations_of_an_attempt_that_was_cut_off_do_not_count(tmp_path):
    run = Run.create(tmp_path / "runs", project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})
    for step, loss in ((5, 2.0), (10, 1.0), (15, 0.1)):
        run.append_metric({"kind": "validation", "step": step, "loss": loss})
        run.append_metric({"kind": "train", "step": step, "loss": 0.0})
    assert validations.losses(run, 10) == [(5, 2.0), (10, 1.0)]


def test_the_first_of_equals_is_best():
    assert validations.best_step([(5, 2.0), (10, 1.0), (15, 1.0)]) == 10
    assert validations.best_step([]) is None


@pytest.mark.parametrize(("patience", "over"), [(0, False), (1, True), (2, True), (3, False)])
def test_over_after_so_many_without_a_lower_one(patience, over):
    assert validations.is_over([(5, 1.0), (10, 2.0), (15, 1.5)], patience) == over
    assert not validations.is_over([], patience)
