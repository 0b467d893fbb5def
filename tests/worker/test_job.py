"""One job in this process: what it leaves on disk when it ends well, stops, fails or meets another."""

import errno
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from ft_core.errors import FTError
from ft_core.jobs import JobState
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker.job import ended_for_memory, perform

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "runs", project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})


def test_a_job_that_ends_leaves_done_and_its_last_step(run):
    seen = []

    def action(record):
        assert run.job("train").status == "running"
        for step in range(5):
            record.progress(step, 5, "training")
        return "done"

    assert perform(run, "train", action, lambda *row: seen.append(row)) == "done"
    state = run.job("train")
    assert (state.status, state.step, state.total, state.attempts) == ("done", 4, 5, 1)
    assert seen[-1] == (4, 5, "training")


def test_time_left_follows_the_speed_so_far(run):
    def action(record):
        record.progress(0, 10, "training")
        time.sleep(0.2)
        record.progress(2, 10, "training")
        assert record.state.seconds_left is None, "too few to tell"
        record.progress(4, 10, "training")
        assert 0.2 < record.state.seconds_left < 1.0, "four of ten steps took 0.2 s, so six take about 0.3 s"
        return "stopped"

    assert perform(run, "train", action) == "stopped"
    assert run.job("train").seconds_left is None


def test_a_problem_the_person_can_fix_is_kept_and_raised(run):
    problem = FTError("train.diverged", "The loss is not a number.", "Step 3.", "Lower Learning rate.")

    def action(_record):
        raise problem

    with pytest.raises(FTError) as caught:
        perform(run, "train", action)
    assert caught.value is problem
    assert run.error("train").code == "train.diverged"
    assert run.job("train").status == "failed"
    perform(run, "train", lambda _record: "done")
    assert run.error("train") is None, "a later success clears it"


def test_an_unknown_exception_is_a_bug_with_its_traceback_in_the_log(run):
    with pytest.raises(FTError) as caught:
        perform(run, "train", lambda _record: 1 / 0)  # type: ignore[arg-type,return-value]
    assert caught.value.code == "bug"
    assert "ZeroDivisionError" in run.log_tail() and "Traceback" in run.log_tail()


def test_a_full_disk_is_said_to_be_full(run):
    def action(_record):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(FTError) as caught:
        perform(run, "train", action)
    assert caught.value.code == "disk.full"
    assert run.error("train").code == "disk.full"


AT_WORK = """
import sys, time
from pathlib import Path
from ft_core.run import Run
from ft_core.worker.job import ended_for_memory, perform
def action(record):
    record.progress(3, 10, "training")
    print("at work", flush=True)
    sys.stdin.readline()
    return "done"
perform(Run(Path(sys.argv[1])), "train", action)
"""


def test_two_processes_do_not_do_one_job(run):
    """Also when the second begins at the very moment at which the first has not yet written its state."""
    command = [sys.executable, "-c", AT_WORK, str(run.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None and child.stdout.readline() == "at work\n"
        with pytest.raises(FTError) as caught:
            perform(run, "train", lambda _record: "done")
        assert caught.value.code == "run.busy" and str(child.pid) in caught.value.why
        assert run.job("train").status == "running", "the second one leaves the first one's state alone"
        child.kill()
    perform(run, "train", lambda _record: "done")
    assert run.job("train").attempts == 2, "the first attempt was interrupted"


GONE = {"pid": 2**22 + 5, "process_start": 1.0, "started": 1.0, "heartbeat": 1.0}


@pytest.mark.parametrize("where", ["", "trials/3"])
def test_attempts_count_from_the_last_checkpoint_on(run, where):
    """Also from that of a trial."""
    one = Run.create(run.folder / "trials", run.spec(), {}, {}, name="3") if where else run
    for step in (4, 9):
        (one.checkpoints / f"checkpoint-{step}").mkdir(parents=True)
        (one.checkpoints / f"checkpoint-{step}" / "complete.json").touch()
    run.write_job("sweep", JobState(status="running", attempts=3, saved=4, **GONE))
    perform(run, "sweep", lambda _record: "stopped")
    state = run.job("sweep")
    assert (state.attempts, state.saved) == (1, 9)
    run.write_job("sweep", JobState(status="running", attempts=3, saved=9, **GONE))
    perform(run, "sweep", lambda _record: "stopped")
    assert run.job("sweep").attempts == 4


@pytest.mark.parametrize(
    ("before", "now", "attempt", "short"),
    [
        (("a", 7), ("a", 8), 2, True),
        (("a", 7), ("a", 7), 3, False),
        (("a", 7), ("b", 9), 2, False),
        (("a", 7), ("b", 0), 3, True),
        (None, ("a", 1), 2, False),
        (None, None, 3, True),
    ],
)
def test_want_of_memory_is_told_by_the_kernel_or_tried_last(before, now, attempt, short):
    assert ended_for_memory(before, now, attempt) == short


@pytest.mark.parametrize("outcome", ["done", "stopped"])
def test_a_stop_that_came_too_late_is_not_meant_for_the_next_job(run, outcome):
    def action(_record):
        run.request_stop()
        return outcome

    assert perform(run, "train", action) == outcome
    assert not run.stop_requested()


@pytest.mark.parametrize("outcome", ["paused", "stopped"])
def test_the_state_is_what_the_job_says(run, outcome):
    assert perform(run, "train", lambda _record: outcome) == outcome
    assert run.job("train").status == outcome


@pytest.mark.parametrize(("job", "outcome"), [("train", "discarded"), ("train", "done"), ("evaluate", "stopped")])
def test_a_discarded_job_removes_what_was_trained(run, job, outcome):
    """Also when the request came after the last step, and when it was the evaluation that was at work."""
    run.write_job("train", JobState.of_this_process().model_copy(update={"status": "paused"}))

    def action(_record):
        run.adapter.mkdir()
        run.request_stop("discard")
        return outcome

    assert perform(run, job, action) == "discarded"
    assert run.is_discarded and not run.adapter.exists() and not run.stop_requested()
    with pytest.raises(FTError) as caught:
        perform(run, "train", lambda _record: "done")
    assert caught.value.code == "run.discarded" and run.is_discarded


def test_a_job_that_fails_while_it_was_to_be_discarded_is_discarded(run):
    def action(_record):
        run.adapter.mkdir()
        run.request_stop("discard")
        raise FTError("train.diverged", "What.", "Why.", "Fix.")

    with pytest.raises(FTError, match="What"):
        perform(run, "train", action)
    assert run.is_discarded and not run.adapter.exists()


def test_what_another_process_works_with_is_not_removed_under_its_hands(run):
    """It reads the same request, and is the last to leave."""

    def action(_record):
        run.adapter.mkdir()
        run.request_stop("discard")
        return "discarded"

    with FileLock(run.lock("evaluate")):
        assert perform(run, "train", action) == "stopped"
        assert run.adapter.is_dir() and run.stop_requested() == "discard"
    assert perform(run, "evaluate", lambda _record: "stopped") == "discarded"
    assert run.is_discarded and not run.adapter.exists()


def test_a_disk_that_is_full_of_measurements_ends_the_job_and_it_goes_on_later(run):
    full = run.folder / "metrics.jsonl"
    full.symlink_to("/dev/full")

    def action(_record):
        run.append_metric({"kind": "train", "step": 1})
        return "done"

    with pytest.raises(FTError) as caught:
        perform(run, "train", action)
    assert caught.value.code == "disk.full" and run.job("train").status == "failed"
    full.unlink()
    run.require_unfinished()
    assert perform(run, "train", action) == "done" and run.error("train") is None
    assert [row["step"] for row in run.metrics()] == [1]
