"""A run's model answers, is served until it is asked to end, and is shared without a trace of the token."""

import json
import os
import subprocess
import sys

import httpx

from ft_core.workspace import Workspace
from tests import hub_standin
from tests.cli.calls import ROOT, command, values


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
        assert values(command(project, "stop", made["run"], "--json"))["asked"] == ["serve"]
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
