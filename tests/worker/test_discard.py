"""Removing what was trained: never under the hands of a process that works in the run."""

import pytest
from filelock import FileLock

from ft_core.jobs import WORK, JobState
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker.discard import discard


@pytest.fixture
def run(tmp_path):
    run = Run.create(tmp_path / "runs", project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})
    run.adapter.mkdir()
    return run


@pytest.mark.parametrize("job", WORK)
def test_nothing_is_removed_while_a_job_is_at_work(run, job):
    with FileLock(run.lock(job)):
        assert not discard(run)
        assert run.adapter.is_dir() and not run.is_discarded
        assert discard(run, held=run.lock(job)), "the job itself may"
    assert run.is_discarded and not run.adapter.exists()


@pytest.mark.parametrize("job", WORK)
def test_nothing_is_removed_while_a_job_is_at_work_in_a_trial(run, job):
    trial = Run.create(run.trials_folder, run.spec(), {}, {}, name="3")
    trial.adapter.mkdir()
    with FileLock(trial.lock(job)):
        assert not discard(run)
        assert trial.adapter.is_dir() and run.adapter.is_dir() and not trial.is_discarded
    assert discard(run) and not trial.adapter.exists() and trial.is_discarded


def test_it_is_told_in_the_log_and_in_the_state(run):
    run.write_job("train", JobState.of_this_process().model_copy(update={"status": "paused", "step": 7}))
    assert discard(run)
    assert run.job("train").step == 7 and "discarded" in run.log_tail(1)
    assert discard(run), "again is no error"
