"""The queue with real children: order, crash, restart, stop, giving up. The jobs are real trainings of a tiny model."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from ft_core.jobs import JobState
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.train import TrainSpec
from ft_core.worker import launch, supervisor
from ft_core.worker.queue import Entry
from ft_core.workspace import Workspace
from tests.helpers import make_base_model, make_dataset, make_run

LONG = TrainSpec(
    epochs=60, learning_rate=5e-3, batch_size=8, lora_rank=4, lora_alpha=8, evaluations=30, max_length=64, threads=1
)
GONE = {"pid": 2**22 + 5, "process_start": 1.0, "started": 1.0, "heartbeat": 1.0}  # a process that is no more
SHORT = LONG.model_copy(update={"epochs": 1, "evaluations": 1})


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "IDLE_SECONDS", 0.5)
    return Workspace(tmp_path / "home")


def new_run(workspace, base, training):
    return make_run(workspace.runs_folder, base, make_dataset(workspace.datasets), training)


def wait_for(condition, seconds=90.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def test_first_come_first_served_and_one_place_each(workspace, base):
    first, second = new_run(workspace, base, SHORT), new_run(workspace, base, SHORT)
    for run in (first, second, first):
        launch.place(workspace.home, run, "train")
    assert [entry.run.id for entry in launch.entries(workspace.home)] == [first.id, second.id]
    assert launch.view(workspace, second, "train").position == 2
    supervisor.work(workspace.home)
    assert launch.entries(workspace.home) == []
    states = [run.job("train") for run in (first, second)]
    assert [state.status for state in states] == ["done", "done"]
    log = first.log.read_text(encoding="utf-8")
    begins, learnt, how, measured, *timed, ends = (line[20:] for line in log.splitlines())
    assert how == "computed with rows without padding, logits in parts, fused layers"
    assert (begins, ends) == ("train: begins", "train: done"), "no library's chatter"
    assert "training examples" in learnt and measured.startswith("measured: ") and timed[0].endswith(" seconds a step")
    assert states[0].heartbeat <= states[1].started, "one after the other"


def test_a_killed_worker_is_begun_again_and_reaches_the_end(workspace, base):
    run = new_run(workspace, base, LONG)
    launch.enqueue(workspace, run, "train")
    wait_for(lambda: len([row for row in run.metrics() if row["kind"] == "validation"]) >= 2)
    killed = run.job("train").pid
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: (state := run.job("train")) and state.pid != killed and state.status == "running")
    assert run.job("train").attempts == 1, "the one that was killed had saved something"
    launch.stop(workspace, run, "train")
    wait_for(lambda: run.job("train").status == "stopped")
    assert run.has_adapter, "stopping keeps the work"
    wait_for(lambda: launch.entries(workspace.home) == [])


def test_what_an_earlier_process_left_is_picked_up(workspace, base):
    """Also after three attempts, when the last one saved a checkpoint; this one was damaged since."""
    run = new_run(workspace, base, SHORT)
    run.write_job("train", JobState(status="running", attempts=3, **GONE))
    (run.checkpoints / "checkpoint-1").mkdir(parents=True)
    (run.checkpoints / "checkpoint-1" / "complete.json").write_text("{}")
    supervisor.pick_up(workspace.home)
    assert launch.view(workspace, run, "train").status == "queued"
    supervisor.work(workspace.home)
    assert run.job("train").status == "done" and run.job("train").attempts == 1
    assert run.notices() == ["Checkpoint 1 is damaged: going on from the beginning."]
    assert run.notices()[0] in run.log_tail()


def test_after_three_crashes_it_is_given_up_with_a_reason(workspace, base):
    run = new_run(workspace, base, SHORT)
    run.write_job("train", JobState(status="running", attempts=3, **GONE))
    supervisor.pick_up(workspace.home)
    supervisor.work(workspace.home)
    view = launch.view(workspace, run, "train")
    assert view.status == "failed" and view.error.code == "worker.crashed"
    assert launch.entries(workspace.home) == []


def test_a_waiting_job_is_taken_out_of_the_queue(workspace, base):
    run = new_run(workspace, base, SHORT)
    launch.place(workspace.home, run, "train")
    launch.stop(workspace, run, "train")
    assert launch.entries(workspace.home) == []
    assert launch.view(workspace, run, "train").status == "none"


def test_a_token_is_in_no_file_and_no_argument(workspace, base, monkeypatch):
    secret = "hf_" + "q" * 34
    monkeypatch.setenv("HF_TOKEN", secret)
    assert secret not in str(launch.child_environment())
    run = new_run(workspace, base, SHORT)
    child = launch.start(run, "push", {"repo": "alice/x", "private": True}, secret)
    assert secret not in " ".join(map(str, child.args))
    child.wait(60)
    assert run.error("push").code == "run.no_adapter"
    for path in workspace.home.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def test_a_stop_pressed_while_it_starts_is_obeyed(workspace, base):
    run = new_run(workspace, base, LONG)
    launch.place(workspace.home, run, "train")
    run.request_stop()
    supervisor.do(workspace.home, launch.entries(workspace.home)[0])
    state = run.job("train")
    assert state.status == "stopped" and state.step < LONG.epochs
    assert launch.entries(workspace.home) == [] and not run.stop_requested()


def test_a_job_that_ends_only_by_force_stays_ended(workspace, base, monkeypatch):
    monkeypatch.setattr(supervisor, "STOP_GRACE_SECONDS", 0.0)
    run = new_run(workspace, base, LONG)
    launch.place(workspace.home, run, "train")
    run.request_stop()
    supervisor.do(workspace.home, launch.entries(workspace.home)[0])
    assert launch.entries(workspace.home) == []
    assert run.job("train") is None or run.job("train").status in ("stopped", "failed")


WORKER = """
import sys, time
from pathlib import Path
from ft_core.run import Run
from ft_core.worker import job

job.HEARTBEAT_SECONDS = 0.1
record = job.Record(Run(Path(sys.argv[1])), "train", None)
record.begin()
for number, message in enumerate(sys.argv[2:]):
    record.progress(number, 9, message)
    time.sleep(1.0)
record.end("stopped", "stopped")
"""


@pytest.mark.parametrize(
    ("messages", "measured", "ended"),
    [
        (["training, saving"], 0.0, False),
        (["training, epoch 1"] * 4, 0.0, False),
        (["training, epoch 1"], 0.5, False),
        (["training, epoch 1"], 0.0, True),
    ],
    ids=["it saves", "it gets on", "its steps are long", "it hangs"],
)
def test_one_that_was_asked_to_stop_is_signalled_only_when_it_no_longer_gets_on(
    workspace, monkeypatch, messages, measured, ended
):
    """A real process that tells how far it is, and takes a second for each thing; the grace is shorter than that."""
    monkeypatch.setattr(supervisor, "STOP_GRACE_SECONDS", 0.4 if len(messages) == 1 else 1.5)
    monkeypatch.setattr(supervisor, "POLL_SECONDS", 0.05)
    run = Run.create(workspace.runs_folder, project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})
    run.write_fit({"measured": {"seconds_per_step": measured}})
    child = subprocess.Popen([sys.executable, "-c", WORKER, str(run.folder), *messages], cwd=launch.ROOT)
    wait_for(lambda: (state := run.job("train")) and state.message in messages)
    run.request_stop("pause")
    supervisor._watch(Entry(run.folder, run, "train"), child)
    assert run.job("train").status == ("interrupted" if ended else "stopped")
    assert child.wait() == (-signal.SIGTERM if ended else 0)


def test_one_that_saves_without_a_heartbeat_hangs(workspace):
    run = Run.create(workspace.runs_folder, project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})
    state = JobState(status="running", message="training, saving", **GONE)
    beating = state.model_copy(update={"heartbeat": time.time()})
    assert supervisor._grace(run, beating) == supervisor.SAVING_SECONDS
    assert supervisor._grace(run, state) == supervisor.STOP_GRACE_SECONDS


def test_a_child_that_cannot_begin_is_reported(workspace, base, monkeypatch):
    run = new_run(workspace, base, SHORT)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    launch.place(workspace.home, run, "train")
    supervisor.do(workspace.home, launch.entries(workspace.home)[0])
    assert launch.entries(workspace.home) == [], "it is not begun again for ever"
    view = launch.view(workspace, run, "train")
    assert view.status == "failed" and view.error.code == "worker.not_started"


def test_every_kind_of_work_is_picked_up_and_a_stop_that_was_pressed_is_kept_to(workspace, base):
    """A process that was killed before it could pause, or discard: that is settled, and not begun again."""
    dataset = make_dataset(workspace.datasets)
    sweep, paused, discarded, kept = (make_run(workspace.runs_folder, base, dataset, SHORT) for _ in range(4))
    sweep.write_job("sweep", JobState(status="running", **GONE))
    for run, how in ((paused, "pause"), (discarded, "discard"), (kept, "keep")):
        run.write_job("train", JobState(status="running", **GONE))
        run.request_stop(how)
        run.adapter.mkdir()
    supervisor.pick_up(workspace.home)
    found = {(entry.run.id, entry.job) for entry in launch.entries(workspace.home)}
    assert found == {(sweep.id, "sweep"), (kept.id, "train")}
    assert paused.job("train").status == "paused" and paused.adapter.is_dir() and not paused.stop_requested()
    assert discarded.is_discarded and not discarded.adapter.exists()


def test_a_discarded_or_finished_training_is_not_begun(workspace, base):
    run = new_run(workspace, base, SHORT)
    for status in ("discarded", "done"):
        run.write_job("train", JobState(status=status, **GONE))
        launch.place(workspace.home, run, "train")
        supervisor.work(workspace.home)
        assert launch.entries(workspace.home) == [] and run.job("train").status == status


def test_a_run_that_is_discarded_at_work_is_gone_when_its_process_ends(workspace, base):
    run = new_run(workspace, base, LONG)
    launch.enqueue(workspace, run, "train")
    wait_for(lambda: len(run.metrics()) >= 2)
    launch.discard(workspace, run)
    wait_for(lambda: run.is_discarded)
    wait_for(lambda: launch.entries(workspace.home) == [] and not run.stop_requested())
    assert not run.adapter.exists() and not run.checkpoints.exists() and run.metrics()


def test_a_state_that_cannot_be_read_does_not_stop_the_others(workspace, base, capfd):
    broken, run = new_run(workspace, base, SHORT), new_run(workspace, base, SHORT)
    launch.place(workspace.home, broken, "train")
    (broken.folder / "jobs").mkdir(exist_ok=True)
    (broken.folder / "jobs" / "train.json").write_text("{", encoding="utf-8")
    run.write_job("train", JobState(status="running", **GONE))
    supervisor.pick_up(workspace.home)
    supervisor.work(workspace.home)
    assert run.job("train").status == "done" and launch.entries(workspace.home) == []
    assert run.job("train").attempts == 2 and run.fit()["changes"] == [], "the same weights as without the kill"
    assert capfd.readouterr().err.count(f"{broken.id}, train: Run {broken.id} cannot be read.") == 2


def test_a_disk_that_is_full_is_waited_for(workspace, monkeypatch, capfd):
    """The place of the job at work cannot be marked then."""
    monkeypatch.setattr(supervisor, "RETRY_SECONDS", 0.1)
    workspace.home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(workspace.home)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        run = Run.create(workspace.runs_folder, project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})
        run.write_job("train", JobState(status="done", **GONE))
        launch.place(workspace.home, run, "train")
        other = workspace.home / "other"
        with suppress(OSError), open(other, "wb", buffering=0) as file:
            while file.write(b"o" * 4096):
                pass
        with ThreadPoolExecutor(1) as pool:
            at_work = pool.submit(supervisor.work, workspace.home)
            time.sleep(1.0)  # longer than it would be idle
            assert launch.entries(workspace.home) and not at_work.done()
            other.unlink()
            at_work.result(30)
        assert launch.entries(workspace.home) == [] and "No space left" in capfd.readouterr().err
    finally:
        subprocess.run(["umount", str(workspace.home)], check=True)
