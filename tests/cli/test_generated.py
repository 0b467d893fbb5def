"""Rows are made, reviewed key by key, and learnt from when accepted; a model that writes is asked with its key."""

import json
import subprocess
import sys

import yaml

from ft_core.data.augment import review
from tests.cli.calls import ROOT, command, values
from tests.data.augment.openai_standin import standing_in


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
