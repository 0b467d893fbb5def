"""Pushing with the real client to a loopback Hub, and loading what was pushed as a stranger would."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ft_core.errors import FTError
from ft_core.hub.push import push, stage
from ft_core.run import Run
from tests import hub_standin
from tests.hub.made import REPORT, SECRET_ROW, make_tuned_run

ROOT = Path(__file__).parents[2]
REPO = "alice/triage"
PUSH = """
import json, os, sys
from pathlib import Path
from ft_core.hub.push import push
from ft_core.run import Run
result = push(Run.open(Path(sys.argv[1])), sys.argv[2], True, os.environ["TEST_TOKEN"], lambda step, total, message: None)
assert not {"torch", "transformers", "peft"} & set(sys.modules), "push is free of torch"
print(json.dumps(result))
"""


def quiet(_step: int, _total: int, _message: str) -> None:
    pass


def child(code: str, hub: hub_standin.Hub, home: Path, *arguments: str, token: str) -> str:
    """What `code` prints in a fresh process that knows the stand-in as the Hub. `token` is TEST_TOKEN there, or HF_TOKEN for strangers' code."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment |= {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "OMP_NUM_THREADS": "1",
    }
    environment |= {"TEST_TOKEN": token, "HF_TOKEN": token, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def card_code(hub: hub_standin.Hub) -> str:
    card = hub.repos[REPO].files["README.md"].content.decode()
    return re.findall(r"```python\n(.*?)\n```", card, re.DOTALL)[0]


def test_the_lines_of_the_card_load_a_model_that_answers(base, tmp_path):
    run = make_tuned_run(tmp_path / "home", base, system="Sort it.")
    with hub_standin.serve() as hub:
        result = json.loads(child(PUSH, hub, tmp_path / "cache-1", str(run.folder), REPO, token=hub_standin.OWNER))
        assert result == {"url": f"{hub.url}/{REPO}", "commit": hub.repos[REPO].head, "repo": REPO, "private": True}
        assert hub.repos[REPO].private
        files = hub.repos[REPO].files
        assert files["adapter_model.safetensors"].large and files["base/model.safetensors"].large
        assert files["adapter_model.safetensors"].content == (run.adapter / "adapter_model.safetensors").read_bytes()
        check = "\nassert type(model).__name__ == 'PeftModelForCausalLM', type(model)\nwith model.disable_adapter():\n"
        check += "    other = model(**inputs).logits\nprint('differs', bool((model(**inputs).logits - other).abs().max() > 0.01))\n"
        check += "print('tokens', answer.shape[1] - inputs['input_ids'].shape[1])"
        printed = child(card_code(hub) + check, hub, tmp_path / "cache-2", token=hub_standin.OWNER)
    assert "differs True" in printed
    assert re.search(r"tokens [1-4]\b", printed)


def test_a_second_push_is_the_same_repository_and_nothing_new(run, hub):
    first = push(run, REPO, True, hub_standin.OWNER, quiet)
    second = push(run, REPO, True, hub_standin.OWNER, quiet)
    assert len(hub.repos[REPO].commits) == 2  # the Hub's own first one, and ours
    assert second == first
    run.write_report(REPORT)
    push(run, REPO, True, hub_standin.OWNER, quiet)
    assert "evaluation/report.json" in hub.repos[REPO].files


def test_a_push_of_a_run_on_a_hub_base_takes_the_old_base_away(run, base, tmp_path, hub):
    push(run, REPO, True, hub_standin.OWNER, quiet)
    assert "base/config.json" in hub.repos[REPO].files
    push(
        make_tuned_run(tmp_path / "other", base, hub_base="Qwen/Qwen2.5-0.5B-Instruct"),
        REPO,
        True,
        hub_standin.OWNER,
        quiet,
    )
    files = hub.repos[REPO].files
    assert not any(path.startswith("base/") for path in files)
    config = json.loads(files["adapter_config.json"].content)
    assert (config["base_model_name_or_path"], config["revision"]) == ("Qwen/Qwen2.5-0.5B-Instruct", "a" * 40)


@pytest.mark.parametrize("hub_base", [None, "Qwen/Qwen2.5-0.5B-Instruct"])
def test_no_path_no_token_and_no_row_is_pushed(base, tmp_path, hub, hub_base):
    config = base / "config.json"
    values = json.loads(config.read_text())
    config.write_text(json.dumps(values | {"_name_or_path": str(base)}))
    try:
        run = make_tuned_run(tmp_path / "home", base, hub_base=hub_base)
        run.write_report(REPORT)
        assert str(base) in (run.adapter / "adapter_config.json").read_text()  # the trap is set
        push(run, REPO, True, hub_standin.OWNER, quiet)
    finally:
        config.write_text(json.dumps(values))
    files = hub.repos[REPO].files
    assert {
        "adapter_model.safetensors",
        "adapter_config.json",
        "README.md",
        "project.yaml",
        "evaluation/report.json",
        "metrics.jsonl",
    } <= set(files)
    for path, file in files.items():
        for secret in (
            str(tmp_path),
            str(base),
            str(base.parent),
            str(Path.home()) + "/",
            hub_standin.OWNER,
            SECRET_ROW,
        ):
            assert secret.encode() not in file.content, path
    project = yaml.safe_load(files["project.yaml"].content)
    assert project["data"]["source"] == "tickets.csv"
    assert project["model"]["base"] == (hub_base or "base")


def test_no_link_or_temporary_folder_is_left(run, hub, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    push(run, REPO, True, hub_standin.OWNER, quiet)
    hub.fail("/commit/", 403)
    run.append_metric({"kind": "train", "step": 2, "loss": 2.0})
    with pytest.raises(FTError):
        push(run, REPO, True, hub_standin.OWNER, quiet)
    assert list(scratch.iterdir()) == []


def refusal(run: Run, repo: str = REPO, private: bool = True, token: str | None = hub_standin.OWNER) -> FTError:
    before = sorted((path, path.stat().st_mtime_ns) for path in run.folder.rglob("*"))
    with pytest.raises(FTError) as caught:
        push(run, repo, private, token, quiet)
    assert sorted((path, path.stat().st_mtime_ns) for path in run.folder.rglob("*")) == before
    assert caught.value.what and caught.value.why and caught.value.fix
    return caught.value


def test_without_an_adapter_nothing_is_sent(run, hub):
    (run.adapter / "adapter_config.json").unlink()
    assert refusal(run).code == "run.no_adapter"
    assert hub.requests == []


@pytest.mark.parametrize("token", [None, "hf_wrong"])
def test_without_a_good_token_nothing_is_created(run, hub, token, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", hub_standin.OWNER)
    assert refusal(run, token=token).code == "hub.token"
    assert hub.repos == {}


@pytest.mark.parametrize("repo", ["triage", "alice/", "alice/a b", "alice/../x", "a/b/c", "alice/x--y"])
def test_a_name_that_is_none_is_refused_before_anything_is_sent(run, hub, repo):
    assert refusal(run, repo).code == "hub.name"
    assert hub.requests == []


def test_another_persons_name_is_forbidden(run, hub):
    assert refusal(run, "carol/triage").code == "hub.forbidden"
    assert refusal(run, "bob/triage", token=hub_standin.READER).code == "hub.forbidden"


def test_another_persons_repository_is_forbidden_and_stays_as_it_is(run, hub):
    hub.create("carol/triage")
    assert refusal(run, "carol/triage", private=False).code == "hub.forbidden"
    assert len(hub.repos["carol/triage"].commits) == 1


def test_a_public_repository_is_not_taken_for_a_private_one(run, hub):
    hub.create(REPO)
    assert refusal(run, private=True).code == "hub.public"
    assert len(hub.repos[REPO].commits) == 1
    assert push(run, REPO, False, hub_standin.OWNER, quiet)["private"] is False


def test_after_a_broken_upload_trying_again_works(run, hub):
    hub.fail("/preupload/", 403)
    assert refusal(run).code == "hub.forbidden"
    hub.faults.clear()
    assert push(run, REPO, True, hub_standin.OWNER, quiet)["commit"] == hub.repos[REPO].head


def test_a_hub_that_is_down_is_unreachable(run, hub):
    hub.fail("/api/repos/create", 503)
    assert refusal(run).code == "hub.unreachable"


def test_a_local_base_that_is_gone_is_said(base, tmp_path):
    run = make_tuned_run(tmp_path, base, hub_base=str(tmp_path / "gone"))
    with pytest.raises(FTError) as caught:
        stage(run, REPO, tmp_path / "stage")
    assert caught.value.code == "model.missing"
