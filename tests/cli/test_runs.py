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
from ft_core.workspace import Workspace
from tests.cli.calls import ROOT, command, values


def test_run_prepares_trains_and_evaluates(made):
    assert set(made) == {"run", "dataset", "training", "evaluation"}
    assert made["training"]["status"] == "done" and made["training"]["steps"] == made["training"]["total_steps"]
    assert {"base", "few_shot", "tuned", "difference", "low", "high"} <= set(made["evaluation"]["metrics"]["accuracy"])
    assert made["evaluation"]["verdict"]["sentence"].endswith(".")


def test_standard_error_holds_our_progress_and_nothing_of_the_libraries(main_job):
    for line in main_job.stderr.splitlines():
        assert re.fullmatch(r"Run \S+: (train|evaluate)|\d+/\d+ (reading|loading|training|answers)\b.*", line), line


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
    assert resumed["adapter_sha256"] == made["training"]["adapter_sha256"]
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


def test_a_run_that_is_stopping_elsewhere_still_stops(tmp_path):
    run = Run.create(tmp_path, parse({"data": {"source": "x.csv"}}, "p"), {}, {})
    me = psutil.Process()
    at_work = {"pid": me.pid, "process_start": me.create_time(), "started": 1.0, "heartbeat": 1.0}
    run.write_job("train", JobState(status="running", **at_work))
    run.request_stop()
    with FileLock(run.lock("train")), pytest.raises(FTError) as caught:  # as the process at work holds it
        in_foreground(run, "train")
    assert caught.value.code == "run.busy" and run.stop_requested()
