"""RUN, --home and --person mean the same in every command."""

import json

import pytest

from tests.cli.calls import command, values


@pytest.mark.parametrize(
    "words", ["status", "stop", "resume", "evaluate", "chat --prompt hello", "serve", "push --repo alice/toy"]
)
def test_a_run_that_is_not_there_is_said_so(project, words):
    verb, *options = words.split()
    answer = command(project, verb, "20260101-000000-abcdef", *options, "--json")
    assert answer.returncode == 2 and json.loads(answer.stdout)["error"]["code"] == "run.missing"


def test_augment_prepares_in_the_workspace_of_the_person_who_asked(project, tmp_path):
    place = ("--home", str(tmp_path / "home"), "--person", "ada", "--out", str(tmp_path / "more.jsonl"), "--json")
    made = values(command(project, "augment", str(project / "project.yaml"), "--way", "typos", "--count", "1", *place))
    assert [path.name for path in (tmp_path / "home" / "people").iterdir()] == ["ada"]
    assert (tmp_path / "home" / "people" / "ada" / "datasets" / made["dataset"]).is_dir()
