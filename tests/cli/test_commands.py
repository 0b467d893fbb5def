"""What is no command at all."""

import json

import pytest

from tests.cli.calls import command


@pytest.mark.parametrize("words", ["train --json", "nonsense --json", "status x --colour red --json"])
def test_a_command_that_cannot_be_understood_is_one_object_too(project, words):
    answer = command(project, *words.split())
    assert answer.returncode == 2 and answer.stderr == ""
    error = json.loads(answer.stdout)["error"]
    assert error["code"] == "command.invalid" and all(error[part] for part in ("what", "why", "fix"))
