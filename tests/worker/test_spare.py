"""A worker that waits with the libraries loaded: kept while a job is expected, used by the next one, ended when nobody asks."""

import os
import time

import psutil
import pytest

from ft_core import hardware
from ft_core.settings.train import TrainSpec
from ft_core.worker import launch, spare, supervisor
from ft_core.worker.spare import Spare, expect
from ft_core.workspace import Workspace
from tests.helpers import make_base_model, make_dataset, make_run

SHORT = TrainSpec(epochs=1, batch_size=8, lora_rank=4, evaluations=1, max_length=64, threads=1)


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path / "home")
    (workspace.home / "queue").mkdir(parents=True)
    return workspace


def say_expected(workspace, seconds_ago=0.0):
    mark = workspace.home / "queue" / "expected"
    mark.touch()
    os.utime(mark, (time.time() - seconds_ago,) * 2)


def test_none_is_kept_unless_a_job_is_expected(workspace):
    kept = Spare(workspace.home)
    assert not kept.keep() and kept.child is None
    say_expected(workspace, seconds_ago=spare.EXPECTED_SECONDS + 1)
    assert not kept.keep() and kept.child is None and kept.take() is None


def test_none_is_kept_where_memory_is_short(workspace, monkeypatch):
    monkeypatch.setattr(hardware, "ROOM_BESIDE", psutil.virtual_memory().total + 1)
    say_expected(workspace)
    kept = Spare(workspace.home)
    assert kept.keep() and kept.child is None, "the supervisor stays, without one"


def test_one_is_kept_and_ends_when_nobody_expects_a_job_any_more(workspace):
    say_expected(workspace)
    kept = Spare(workspace.home)
    assert kept.keep() and (child := kept.child) is not None
    assert kept.keep() and kept.child is child and child.poll() is None, "the same one"
    say_expected(workspace, seconds_ago=spare.EXPECTED_SECONDS + 1)
    assert not kept.keep() and kept.child is None
    assert child.wait(60) == 0


def test_the_next_job_is_done_by_the_one_that_waits(workspace, tmp_path):
    run = make_run(workspace.runs_folder, make_base_model(tmp_path / "base"), make_dataset(workspace.datasets), SHORT)
    say_expected(workspace)
    kept = Spare(workspace.home)
    kept.keep()
    child = kept.child
    launch.place(workspace.home, run, "train")
    supervisor.do(workspace.home, launch.entries(workspace.home)[0], "hf_secret", kept)
    state = run.job("train")
    assert state is not None and (state.status, state.pid) == ("done", child.pid) and kept.child is None
    assert child.args[-1] == "--wait", "neither the token nor the run is an argument"
    assert "train: done" in run.log_tail() and not (workspace.home / "queue" / "supervisor.log").read_text()
    assert kept.take() is None, "one job each"


def test_one_that_has_ended_is_not_taken(workspace):
    say_expected(workspace)
    kept = Spare(workspace.home)
    kept.keep()
    child = kept.child
    child.kill()
    child.wait()
    assert kept.keep() and kept.child is None and kept.take() is None, (
        "nor is another begun, that would end as it did, again and again"
    )


def test_a_page_that_expects_a_job_has_a_supervisor(workspace):
    mark = workspace.home / "queue" / "expected"
    expect(workspace.home)
    command = ["-m", "ft_core.worker.supervisor", str(workspace.home)]
    assert any(child.cmdline()[1:] == command for child in psutil.Process().children())
    touched = mark.stat().st_mtime_ns
    expect(workspace.home)
    assert mark.stat().st_mtime_ns == touched, "said once in a while"
    mark.unlink()  # its spare ends
