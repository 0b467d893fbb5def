"""What an evaluation leaves, and that it is of the weights the run has."""

import time

import pytest

from ft_core.errors import FTError
from ft_core.evals import keep, rows
from ft_core.run import Run
from ft_core.settings import project
from tests.evals.reports import report


def test_a_report_is_kept_only_of_the_weights_that_were_measured(tmp_path) -> None:
    run = Run.create(tmp_path / "runs", project.parse({"name": "n", "data": {"source": "x.csv"}}, "p"), {}, {})
    run.write_training({"weights_sha256": "a" * 64})
    weights = keep.measured(run)
    kept = keep.keep(run, report(), [{"row": 3}], weights, time.monotonic() - 2)
    assert run.report() == kept and kept["weights_sha256"] == weights and kept["seconds"] >= 2
    run.write_training({"weights_sha256": "b" * 64})
    with pytest.raises(FTError, match="no longer has"):
        keep.keep(run, report(n=2), [], weights, time.monotonic())
    assert run.report() == kept and rows.read_answers(run) == [{"row": 3}]
