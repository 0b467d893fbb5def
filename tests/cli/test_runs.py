"""Runs as a person has them: the main job, Ctrl-C, and a killed training that ends the same to the last bit."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest
from filelock import FileLock

from ft_core.cli.runs import in_foreground
from ft_core.errors import FTError
from ft_core.jobs import JobState
from ft_core.run import Run
from ft_core.settings.project import parse
from ft_core.worker import launch
from ft_core.worker import queue as jobs
from ft_core.workspace import Workspace
from tests.cli.calls import ROOT, command, values


def test_run_prepares_trains_and_evaluates(made):
    assert set(made) == {"run", "dataset", "training", "evaluation"}
    assert made["training"]["status"] == "done" and made["training"]["steps"] == made["training"]["total_steps"]
    assert {"base", "few_shot", "tuned", "difference", "low", "high"} <= set(made["evaluation"]["metrics"]["accuracy"])
    assert made["evaluation"]["verdict"]["sentence"].endswith(".")


def test_the_project_of_a_run_gives_its_weights_again(project, made):
    home = Workspace(project / "home")
    again = values(command(project, "train", str(home.run(made["run"]).project), "--profile", "--json"))
    assert again["run"] != made["run"] and again["weights_sha256"] == made["training"]["weights_sha256"]
    assert again["profile"] == home.run(again["run"]).profile() and again["profile"]["seconds_of"]
    assert home.run(again["run"]).data() == home.run(made["run"]).data()
    home.run(again["run"]).discard()


def test_standard_error_holds_our_progress_and_nothing_of_the_libraries(main_job):
    for line in main_job.stderr.splitlines():
        assert re.fullmatch(
            r"Preparing the data|Run \S+: (train \(classification\)|evaluate)|"
            r"\d+/\d+ (reading|loading|measuring|training|choosing|answers|general answers|other questions|the adapter)\b.*",
            line,
        ), line


def test_status_and_runs(project, made):
    status = values(command(project, "status", made["run"], "--json"))
    assert status["jobs"]["train"]["status"] == "done" and status["jobs"]["evaluate"]["status"] == "done"
    listed = values(command(project, "runs", "--json"))["runs"]
    assert made["run"] in [row["run"] for row in listed]
    assert "toy" in command(project, "runs").stdout


def test_killed_and_resumed_it_is_the_same_to_the_last_bit(project, made):
    environment = os.environ | {"FT_HOME": str(project / "killed")}
    child = subprocess.Popen(
        [sys.executable, "-m", "ft_core", "train", str(project / "project.yaml")],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    workspace = Workspace(project / "killed")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        metrics = workspace.runs()[0].metrics() if workspace.runs() else []
        if len([row for row in metrics if row["kind"] == "validation"]) >= 3:
            break
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    run = workspace.runs()[0]
    assert run.job("train").status == "interrupted" and run.training() is None
    resumed = values(command(project, "resume", run.id, "--json", home="killed"))
    assert resumed["status"] == "done"
    assert resumed["weights_sha256"] == made["training"]["weights_sha256"]
    again = command(project, "resume", run.id, "--json", home="killed")
    assert again.returncode == 2 and json.loads(again.stdout)["error"]["code"] == "run.done"


def test_ctrl_c_keeps_the_work(project):
    child = subprocess.Popen(
        [sys.executable, "-m", "ft_core", "train", str(project / "project.yaml"), "--json"],
        cwd=ROOT,
        env=os.environ | {"FT_HOME": str(project / "stopped")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    workspace = Workspace(project / "stopped")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (workspace.runs() and workspace.runs()[0].metrics()):
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    said, told = child.communicate(timeout=120)
    assert child.returncode == 0, told
    result = json.loads(said)
    assert result["status"] == "stopped" and 0 < result["steps"] < result["total_steps"]
    keys = {"run", "status", "steps", "train_loss", "validation_loss", "tokens_per_second", "peak_memory_gb"}
    assert keys <= set(result) and "Ctrl-C again" in told
    evaluated = command(project, "evaluate", result["run"], "--json", home="stopped")
    assert {"run", "metrics", "verdict"} <= set(values(evaluated))


@pytest.mark.parametrize(("job", "code"), [("train", "run.busy"), ("evaluate", "evaluation.no_adapter")])
def test_a_run_that_is_stopping_elsewhere_still_stops(tmp_path, job, code):
    """Also when this command is about another job of the run."""
    run = Run.create(tmp_path, parse({"data": {"source": "x.csv"}}, "p"), {}, {})
    me = psutil.Process()
    at_work = {"pid": me.pid, "process_start": me.create_time(), "started": 1.0, "heartbeat": 1.0}
    run.write_job("train", JobState(status="running", **at_work))
    run.request_stop()
    with FileLock(run.lock("train")), pytest.raises(FTError) as caught:  # as the process at work holds it
        in_foreground(run, job)
    assert caught.value.code == code and run.stop_requested()


def waiting_runs(home, count):
    """Runs that wait, as the page leaves them; nobody is there to begin them."""
    workspace = Workspace(home)
    made = [
        Run.create(workspace.runs_folder, parse({"name": f"n{number}", "data": {"source": "x.csv"}}, "p"), {}, {})
        for number in range(count)
    ]
    for run in made:
        launch.place(home, run, "train")
    return made


def test_a_sweep_that_never_began_is_begun_by_resume(tmp_path):
    asked = {"data": {"source": "x.csv"}, "sweep": {"settings": ["epochs"]}}
    run = Run.create(Workspace(tmp_path / "home").runs_folder, parse(asked, "p"), {"folder": "gone"}, {})
    refused = command(tmp_path, "resume", run.id, "--json")
    assert refused.returncode == 2 and f"Run {run.id}: sweep" in refused.stderr
    assert (run.job("sweep").status, run.job("train")) == ("failed", None)


def test_the_queue_is_read_and_changed(tmp_path):
    one, two, three = waiting_runs(tmp_path / "home", 3)

    def order(*words):
        return [(row["position"], row["name"]) for row in values(command(tmp_path, "queue", *words, "--json"))["queue"]]

    assert order() == [(1, "n0"), (2, "n1"), (3, "n2")]
    assert order(three.id, "--first") == [(1, "n2"), (2, "n0"), (3, "n1")]
    assert order(one.id, "--down") == [(1, "n2"), (2, "n1"), (3, "n0")]
    assert order(two.id, "--cancel") == [(1, "n2"), (2, "n0")]
    for words in ([three.id], ["--first"], [three.id, "--up", "--down"], [two.id, "--up"]):
        refused = command(tmp_path, "queue", *words, "--json")
        error = json.loads(refused.stdout)["error"]
        assert refused.returncode == 2 and error["code"] in ("command.invalid", "queue.not_waiting")


def test_what_waits_is_taken_out_and_not_what_is_at_work(tmp_path):
    run, other = waiting_runs(tmp_path / "home", 2)
    jobs.take(tmp_path / "home")
    launch.place(tmp_path / "home", run, "evaluate")
    moved = values(command(tmp_path, "queue", run.id, "--up", "--json"))["queue"]
    assert [(row["run"], row["job"]) for row in moved] == [(run.id, "train"), (run.id, "evaluate"), (other.id, "train")]
    left = values(command(tmp_path, "queue", run.id, "--cancel", "--json"))["queue"]
    assert [(row["run"], row["job"]) for row in left] == [(run.id, "train"), (other.id, "train")]


def test_notes_a_duplicate_and_runs_side_by_side(project, made):
    values(command(project, "note", made["run"], "the first one", "--json"))
    assert values(command(project, "status", made["run"], "--json"))["notes"] == "the first one"
    changes = ("--set", "learning_rate=0.001", "--set", "epochs=2")
    new = values(command(project, "duplicate", made["run"], *changes, "--json"))
    assert new["changes"] == {"learning_rate": 0.001, "epochs": 2} and not new["started"]
    found = values(command(project, "compare-runs", made["run"], new["run"], "--price", "1", "--json"))
    assert found["differing_settings"] == {"training.epochs": [12.0, 2.0], "training.learning_rate": [0.005, 0.001]}
    assert [row["status"] for row in found["runs"]] == ["done", "none"] and found["runs"][0]["dollars"] > 0
    refused = command(project, "duplicate", made["run"], "--set", "speed=9", "--json")
    assert refused.returncode == 2 and "training.speed" in json.loads(refused.stdout)["error"]["why"]


def test_a_run_at_rest_is_discarded_and_not_resumed(tmp_path):
    (run,) = waiting_runs(tmp_path / "home", 1)
    run.adapter.mkdir()
    assert json.loads(command(tmp_path, "stop", run.id, "--pause", "--discard", "--json").stdout)["error"]
    said = values(command(tmp_path, "stop", run.id, "--discard", "--json"))
    assert said["discarded"] and said["asked"] == ["train"] and not run.adapter.exists()
    refused = command(tmp_path, "resume", run.id, "--json")
    assert refused.returncode == 2 and json.loads(refused.stdout)["error"]["code"] == "run.discarded"
