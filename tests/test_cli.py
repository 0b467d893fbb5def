"""The command line as a person runs it: one JSON object, exit codes, and a killed training that ends the same to the last bit."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from ft_core.workspace import Workspace
from tests import hub_standin
from tests.helpers import make_base_model, write_toy_csv

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small project of its own base model and data, and a home."""
    folder = tmp_path_factory.mktemp("project")
    make_base_model(folder / "base")
    write_toy_csv(folder / "toy.csv", 96)
    values = {
        "name": "toy",
        "task": "classification",
        "data": {"source": "toy.csv", "split": {"validation": 0.1, "test": 0.2}},
        "model": {"base": str(folder / "base")},
        "training": {
            "epochs": 12,
            "learning_rate": 0.005,
            "batch_size": 8,
            "lora_rank": 4,
            "max_length": 128,
            "threads": 1,
            "evaluations": 6,
        },
        "evaluation": {"few_shot": 2, "max_new_tokens": 8},
    }
    (folder / "project.yaml").write_text(yaml.safe_dump(values))
    return folder


def command(folder: Path, *arguments: str, home: str = "home", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ft_core", *arguments],
        cwd=ROOT,
        env=os.environ
        | {"FT_HOME": str(folder / home), "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"}
        | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def values(answer: subprocess.CompletedProcess[str]) -> dict:
    """The one JSON object on standard output."""
    assert answer.returncode == 0, answer.stderr[-3000:]
    assert answer.stdout.count("\n") == 1
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def made(project):
    """The main job, done once by the command."""
    return values(command(project, "run", str(project / "project.yaml"), "--json"))


def test_run_prepares_trains_and_evaluates(made):
    assert set(made) == {"run", "dataset", "training", "evaluation"}
    assert made["training"]["status"] == "done" and made["training"]["steps"] == made["training"]["total_steps"]
    assert {"base", "few_shot", "tuned", "difference", "low", "high"} <= set(made["evaluation"]["metrics"]["accuracy"])
    assert made["evaluation"]["verdict"]["sentence"].endswith(".")


def test_inspect_and_prepare(project):
    found = values(command(project, "inspect", str(project / "toy.csv"), "--json"))
    assert {"format", "shape", "encoding", "rows", "columns", "problems"} <= set(found)
    assert (found["format"], found["shape"], found["rows"]) == ("csv", "text-label", 96)
    prepared = values(command(project, "prepare", str(project / "project.yaml"), "--json"))
    assert set(prepared) == {"dataset", "rows", "removed", "splits", "report"}
    assert sum(prepared["splits"].values()) == prepared["rows"] - prepared["removed"]


def test_status_and_runs(project, made):
    status = values(command(project, "status", made["run"], "--json"))
    assert status["jobs"]["train"]["status"] == "done" and status["jobs"]["evaluate"]["status"] == "done"
    listed = values(command(project, "runs", "--json"))["runs"]
    assert made["run"] in [row["run"] for row in listed]
    assert "toy" in command(project, "runs").stdout


def test_chat_answers_with_both_models(project, made):
    tuned = values(command(project, "chat", made["run"], "--prompt", "Ada saw apple in attic Monday", "--json"))
    base = values(
        command(project, "chat", made["run"], "--prompt", "Ada saw apple in attic Monday", "--base", "--json")
    )
    assert (tuned["model"], base["model"]) == ("tuned", "base") and tuned["answer"] != base["answer"]


def test_push_leaves_a_link_and_the_token_nowhere(project, made):
    with hub_standin.serve() as hub:
        answer = command(
            project,
            "push",
            made["run"],
            "--repo",
            "alice/toy",
            "--json",
            HF_ENDPOINT=hub.url,
            HF_TOKEN=hub_standin.OWNER,
        )
        pushed = values(answer)
    assert pushed["url"].endswith("alice/toy") and pushed["commit"]
    assert "README.md" in hub.repos["alice/toy"].files and "adapter_model.safetensors" in hub.repos["alice/toy"].files
    assert hub_standin.OWNER not in answer.stderr
    for path in (project / "home").rglob("*"):
        assert not path.is_file() or hub_standin.OWNER.encode() not in path.read_bytes(), path


def test_an_unreachable_hub_is_said_so_and_nothing_is_lost(project, made):
    answer = command(
        project, "push", made["run"], "--repo", "alice/toy", "--json", HF_ENDPOINT="http://127.0.0.1:9", HF_TOKEN="hf_x"
    )
    assert answer.returncode == 2
    assert json.loads(answer.stdout)["error"]["code"] == "hub.unreachable"
    assert Workspace(project / "home").run(made["run"]).has_adapter


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


def test_evaluating_before_training_is_refused(project):
    trained = command(project, "evaluate", "20260101-000000-abcdef", "--json")
    assert trained.returncode == 2 and json.loads(trained.stdout)["error"]["code"] == "run.missing"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", "", "data.empty"),
        ("one.csv", "message\nhello\nthere\n", "data.one_column"),
        ("wrong.yaml", "data: {source: toy.csv}\ntrainin: {epochs: 3}\n", "project.invalid"),
        ("label.yaml", "data: {source: toy.csv, columns: {prompt: message, answer: lable}}\n", "data.columns"),
        ("gone.yaml", "data: {source: gone.csv}\n", "data.missing"),
        ("base.yaml", "data: {source: toy.csv}\nmodel: {base: ./no-such-folder}\n", "model.missing"),
    ],
)
def test_bad_input_gets_what_why_and_fix(project, name, content, code):
    path = project / name
    path.write_text(content)
    verb = "train" if name.endswith(".yaml") else "prepare"
    answer = command(project, verb, str(path), "--json")
    assert answer.returncode == 2, answer.stderr[-2000:]
    error = json.loads(answer.stdout)["error"]
    assert error["code"] == code and all(error[part] for part in ("what", "why", "fix"))
    plain = command(project, verb, str(path))
    assert plain.returncode == 2 and "Fix:" in plain.stderr and "Traceback" not in plain.stderr and plain.stdout == ""
