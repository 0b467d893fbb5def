"""Lines and bars with loss and time left."""

import os
import time

import psutil
import pytest

from ft_core.jobs import JobName, JobState
from ft_core.run import Run
from ft_core.settings import project
from ft_core.terminal.progress import shown_progress, tell_lines


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "runs", project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})


def at_work(run: Run, seconds_left: float, job: JobName = "train") -> None:
    """The state file of a job in this process."""
    now, started = time.time(), psutil.Process().create_time()
    state = JobState(status="running", pid=os.getpid(), process_start=started, started=now, heartbeat=now)
    run.write_job(job, state.model_copy(update={"seconds_left": seconds_left}))


def test_a_line_has_steps_loss_and_time_left(run, monkeypatch, capsys):
    monkeypatch.setattr("ft_core.terminal.progress.LINE_SECONDS", 0.0)
    with shown_progress(run, "train") as progress:
        progress(0, 40, "loading the base model")
        at_work(run, 125.0)
        run.append_metric({"kind": "train", "step": 9, "loss": 0.75})
        run.append_metric({"kind": "validation", "step": 9, "loss": 3.0})
        progress(0, 40, "reading the data")
        time.sleep(0.01)
        progress(10, 40, "training, epoch 1.0 of 4")
        progress(40, 40, "training, epoch 4.0 of 4")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "0/40 loading the base model",
        "0/40 reading the data, 2 min 5 s left",
        "10/40 training, epoch 1.0 of 4, loss 0.750, 2 min 5 s left",
        "40/40 training, epoch 4.0 of 4, loss 0.750",
    ]


def test_lines_come_every_few_seconds_and_when_something_new_begins(run, capsys):
    with shown_progress(run, "evaluate") as progress:
        for step in range(100):
            progress(step, 200, "answers of the base model")
        progress(100, 200, "answers of the tuned model")
        at_work(run, 1.0, "evaluate")
        progress(200, 200, "answers of the tuned model")
        progress(0, 0, "ready")
    assert capsys.readouterr().err.splitlines() == [
        "0/200 answers of the base model",
        "100/200 answers of the tuned model",
        "200/200 answers of the tuned model",
        "ready",
    ]


def test_the_bar_of_a_terminal_shows_the_loss_too(run, monkeypatch, capsys):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm")
    at_work(run, 30.0)
    run.append_metric({"kind": "train", "step": 9, "loss": 0.75})
    with shown_progress(run, "train") as progress:
        progress(10, 40, "training, epoch 1.0 of 4")
    shown = capsys.readouterr()
    assert "loss 0.750, 30 s left" in shown.err and "10/40" in shown.err and shown.out == ""


def test_long_work_without_a_bar_says_a_line_now_and_then(monkeypatch, capsys):
    tell = tell_lines()
    tell("row 1 of 9")
    tell("row 2 of 9")
    monkeypatch.setattr("ft_core.terminal.progress.LINE_SECONDS", 0.0)
    time.sleep(0.01)
    tell("row 3 of 9")
    assert capsys.readouterr().err.splitlines() == ["row 1 of 9", "row 3 of 9"]
