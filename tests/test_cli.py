"""The command line as a person runs it: one JSON object, exit codes, and a killed training that ends the same to the last bit."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest
import yaml
from filelock import FileLock

from ft_core import cli
from ft_core.data.augment import review
from ft_core.errors import FTError
from ft_core.run import JobState, Run
from ft_core.settings.project import parse
from ft_core.workspace import Workspace
from tests import hub_standin
from tests.data.augment.openai_standin import standing_in
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
def main_job(project):
    """The main job, done once by the command."""
    return command(project, "run", str(project / "project.yaml"), "--json")


@pytest.fixture(scope="module")
def made(main_job):
    """Its result."""
    return values(main_job)


def test_run_prepares_trains_and_evaluates(made):
    assert set(made) == {"run", "dataset", "training", "evaluation"}
    assert made["training"]["status"] == "done" and made["training"]["steps"] == made["training"]["total_steps"]
    assert {"base", "few_shot", "tuned", "difference", "low", "high"} <= set(made["evaluation"]["metrics"]["accuracy"])
    assert made["evaluation"]["verdict"]["sentence"].endswith(".")


def test_standard_error_holds_our_progress_and_nothing_of_the_libraries(main_job):
    for line in main_job.stderr.splitlines():
        assert re.fullmatch(r"Run \S+: (train|evaluate)|\d+/\d+ (reading|loading|training|answers)\b.*", line), line


def test_inspect_and_prepare(project):
    found = values(command(project, "inspect", str(project / "toy.csv"), "--json"))
    assert {"format", "shape", "encoding", "rows", "columns", "problems"} <= set(found)
    assert (found["format"], found["shape"], found["rows"]) == ("csv", "text-label", 96)
    prepared = values(command(project, "prepare", str(project / "project.yaml"), "--json"))
    assert set(prepared) == {"dataset", "rows", "removed", "splits", "report"}
    assert sum(prepared["splits"].values()) == prepared["rows"] - prepared["removed"]


def test_a_data_file_is_prepared_too_and_the_way_on_is_told(project):
    prepared = command(project, "prepare", str(project / "toy.csv"))
    assert prepared.returncode == 0 and "96 of 96 rows kept" in prepared.stdout
    assert "`data: {source: toy.csv}`" in prepared.stdout
    looked = command(project, "inspect", str(project / "toy.csv"))
    assert "96 rows, columns message, label" in looked.stdout and "Next: python -m ft_core prepare" in looked.stdout


def test_several_files_and_folders_are_inspected_together(project, tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("message,label\nWhere is it,delivery\nMoney back,returns\n")
    for sources in ([str(tmp_path)], [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]):
        found = values(command(project, "inspect", *sources, "--json"))
        assert found["rows"] == 4 and found["notes"][1] == "Rows 3 to 4 are those of b.csv."


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


def test_a_conversation_is_no_json(project, made):
    answer = command(project, "chat", made["run"], "--json")
    assert answer.returncode == 2 and json.loads(answer.stdout)["error"]["code"] == "chat.no_prompt"


def test_serve_says_its_address_and_ends_when_asked(project, made):
    server = subprocess.Popen(
        [sys.executable, "-m", "ft_core", "serve", made["run"], "--port", "0", "--json"],
        cwd=ROOT,
        env=os.environ | {"FT_HOME": str(project / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        assert ready["run"] == made["run"] and ready["url"] == f"http://127.0.0.1:{ready['port']}/v1"
        models = httpx.get(f"{ready['url']}/models").json()["data"]
        assert {model["id"] for model in models} == {"tuned", "base"}
        assert values(command(project, "stop", made["run"], "--json")) == {"run": made["run"], "asked": ["serve"]}
        rest, said = server.communicate(timeout=60)
    finally:
        server.kill()
    assert (server.returncode, rest) == (0, "") and said.splitlines()[-1] == "The server has ended."
    assert values(command(project, "status", made["run"], "--json"))["jobs"]["serve"]["status"] == "stopped"


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
        cli.in_foreground(run, "train")
    assert caught.value.code == "run.busy" and run.stop_requested()


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    """A home with two versions of one file and a mix of it with another, and what `prepare` said of each."""
    folder = tmp_path_factory.mktemp("versions")
    write_toy_csv(folder / "toy.csv", 96)
    faq = [f"how is thing number {n * n} of {n},as {n * 3} is" for n in range(40)]
    (folder / "faq.csv").write_text("question,answer\n" + "\n".join(faq) + "\n")
    data = {"source": "toy.csv"}
    edited = data | {"edits": [{"row": 1, "action": "drop"}]}
    mixed = data | {"name": "toy", "mix": [{"name": "faq", "source": "faq.csv", "weight": 2}]}
    said = []
    for number, values_of in enumerate((data, edited, mixed)):
        path = folder / f"{number}.yaml"
        path.write_text(yaml.safe_dump({"data": values_of}))
        said.append(values(command(folder, "prepare", str(path), "--json")))
    return folder, said


def test_dataset_versions_are_listed_and_compared(versions):
    folder, (first, second, mixed) = versions
    listed = values(command(folder, "datasets", "--json"))["datasets"]
    assert listed[0]["id"] == mixed["dataset"] and {"source", "rows", "splits", "created", "task"} <= set(listed[0])
    assert {first["dataset"], second["dataset"]} <= {row["id"] for row in listed}
    found = values(command(folder, "compare", first["dataset"], second["dataset"], "--json"))
    assert [setting["name"] for setting in found["settings"]] == ["edits"]
    assert found["matched_by"] == "row" and [row["row"] for row in found["rows"]["only_first"]] == [1]
    place = folder / "home" / "people" / "local" / "datasets" / second["dataset"]
    said = command(folder, "compare", first["dataset"], str(place))
    assert said.returncode == 0 and "95 the same, 0 changed, 1 only in the first" in said.stdout


def test_a_mix_holds_both_parts(versions):
    _folder, (first, _second, mixed) = versions
    parts = mixed["report"]["parts"]
    assert parts["toy"]["dataset"] == first["dataset"], "the part is the version that its file makes alone"
    assert parts["faq"]["used"]["train"] == 2 * parts["faq"]["splits"]["train"]
    assert mixed["rows"] == 136 and mixed["report"]["token_lengths"]["longest_part"] in ("toy", "faq")


def test_push_dataset_leaves_a_link_and_the_token_nowhere(versions):
    folder, (first, *_) = versions
    with hub_standin.serve(large_suffixes=()) as hub:
        arguments = ("push-dataset", first["dataset"], "--repo", "alice/toy", "--license", "mit", "--json")
        answer = command(folder, *arguments, HF_ENDPOINT=hub.url, HF_TOKEN=hub_standin.OWNER)
        result = values(answer)
        repo = hub.repos["datasets/alice/toy"]
    assert result["url"] == f"{hub.url}/datasets/alice/toy" and result["commit"] == repo.head and repo.private
    assert hub_standin.OWNER not in answer.stderr and "2/3 Uploading" in answer.stderr
    for path in folder.rglob("*"):
        assert not path.is_file() or hub_standin.OWNER.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("words", ["compare 0123456789ab 0123456789ab", "push-dataset 0123456789ab --repo alice/toy"])
def test_a_dataset_that_is_not_there_is_said_so(tmp_path, words):
    answer = command(tmp_path, *words.split(), "--json")
    assert answer.returncode == 2 and json.loads(answer.stdout)["error"]["code"] == "dataset.missing"


@pytest.mark.parametrize(
    "words", ["status", "stop", "resume", "evaluate", "chat --prompt hello", "serve", "push --repo alice/toy"]
)
def test_a_run_that_is_not_there_is_said_so(project, words):
    verb, *options = words.split()
    answer = command(project, verb, "20260101-000000-abcdef", *options, "--json")
    assert answer.returncode == 2 and json.loads(answer.stdout)["error"]["code"] == "run.missing"


@pytest.mark.parametrize("words", ["train --json", "nonsense --json", "status x --colour red --json"])
def test_a_command_that_cannot_be_understood_is_one_object_too(project, words):
    answer = command(project, *words.split())
    assert answer.returncode == 2 and answer.stderr == ""
    error = json.loads(answer.stdout)["error"]
    assert error["code"] == "command.invalid" and all(error[part] for part in ("what", "why", "fix"))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", "", "data.empty"),
        ("one.csv", "message\nhello\nthere\n", "data.one_column"),
        ("wrong.yaml", "data: {source: toy.csv}\ntrainin: {epochs: 3}\n", "project.invalid"),
        ("label.yaml", "data: {source: toy.csv, columns: {prompt: message, answer: lable}}\n", "data.columns"),
        ("notes.txt", "no table at all\n", "data.shape"),
        ("program.exe", "message,label\na,b\n", "data.format"),
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


def test_augment_review_and_prepare_with_the_accepted_rows(project, tmp_path):
    out = tmp_path / "more.jsonl"
    asked = ("augment", str(project / "project.yaml"), "--way", "typos", "--count", "4", "--out", str(out), "--json")
    made = values(command(project, *asked))
    assert set(made) == {"file", "dataset", "way", "made", "tried", "refused", "stopped"} and made["made"] > 0
    assert values(command(project, *asked))["made"] > 0
    rows = review.load(out)
    assert len(rows) > made["made"], "the second call adds to the first"
    words = subprocess.run(
        [sys.executable, "-m", "ft_core", "review", str(out)],
        cwd=ROOT,
        input="y\nn\nq\n",
        capture_output=True,
        text=True,
    )
    assert words.returncode == 0, words.stderr
    assert f"1 accepted, 1 rejected, {len(rows) - 2} to decide" in words.stdout
    told = values(command(project, "review", str(out), "--accepted", str(tmp_path / "own.jsonl"), "--json"))
    assert (told["accepted"], told["exported"]) == (1, 1) and (tmp_path / "own.jsonl").read_text().count("\n") == 1
    spec = yaml.safe_load((project / "project.yaml").read_text())
    spec["data"] |= {"source": str(project / "toy.csv"), "generated": "more.jsonl"}
    (tmp_path / "project.yaml").write_text(yaml.safe_dump(spec))
    prepared = values(command(project, "prepare", str(tmp_path / "project.yaml"), "--json"))
    assert prepared["report"]["generated"]["used"] == 1 and prepared["dataset"] != made["dataset"]


def test_augment_prepares_in_the_workspace_of_the_person_who_asked(project, tmp_path):
    place = ("--home", str(tmp_path / "home"), "--person", "ada", "--out", str(tmp_path / "more.jsonl"), "--json")
    made = values(command(project, "augment", str(project / "project.yaml"), "--way", "typos", "--count", "1", *place))
    assert [path.name for path in (tmp_path / "home" / "people").iterdir()] == ["ada"]
    assert (tmp_path / "home" / "people" / "ada" / "datasets" / made["dataset"]).is_dir()


def test_rephrase_asks_the_endpoint_with_the_key_of_the_environment(project, tmp_path):
    out = tmp_path / "more.jsonl"
    asked = ("augment", str(project / "project.yaml"), "--way", "rephrase", "--count", "2", "--out", str(out), "--json")
    answer = command(project, *asked)
    assert answer.returncode == 2 and json.loads(answer.stdout)["error"]["code"] == "augment.writer"
    with standing_in(lambda _messages: (401, "who are you, sk-own")) as server:
        options = ("--endpoint", server.url, "--model", "big")
        answer = command(project, *asked, *options, FT_API_KEY="sk-own")
    error = json.loads(answer.stdout)["error"]
    assert answer.returncode == 2 and error["code"] == "writer.key" and "sk-own" not in answer.stdout + answer.stderr
    assert server.asked[0][1] == "Bearer sk-own" and not out.exists()
    answer = command(project, *asked, "--model", "big")
    assert json.loads(answer.stdout)["error"]["code"] == "augment.writer"


def test_questions_are_made_of_documents(project, tmp_path):
    (tmp_path / "help.md").write_text("## How do I pay for it?\n\nYou pay by card or by invoice within two weeks.\n")
    out = tmp_path / "questions.jsonl"
    made = values(command(project, "questions", str(tmp_path / "help.md"), "--out", str(out), "--json"))
    assert (made["made"], made["tried"], made["stopped"]) == (1, 1, None)
    (row,) = review.load(out)
    assert row.how == "faq" and "by invoice" in row.messages[-1].content
    assert "1 of 1" in command(project, "review", str(out)).stdout
