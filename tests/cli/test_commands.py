"""What is no command at all."""

import json
import os
import subprocess
import sys

import pytest

from ft_core.__main__ import end
from tests.cli.calls import ROOT, command


@pytest.mark.parametrize("words", ["train --json", "nonsense --json", "status x --colour red --json"])
def test_a_command_that_cannot_be_understood_is_one_object_too(project, words):
    answer = command(project, *words.split())
    assert answer.returncode == 2 and answer.stderr == ""
    error = json.loads(answer.stdout)["error"]
    assert error["code"] == "command.invalid" and all(error[part] for part in ("what", "why", "fix"))


LOADS_TORCH = """
import sys
from ft_core.cli.commands import main
assert not {"torch", "scipy.stats"} & set(sys.modules)
sys.argv = ["ft_core", "runs"]
try:
    main()
except SystemExit as ended:
    assert not ended.code
import torch
torch.ones(100, 100) @ torch.ones(100, 100)
"""


def test_a_command_lets_its_threads_sleep_where_another_program_wants_their_core(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    environment |= {"FT_HOME": str(tmp_path), "OMP_DISPLAY_ENV": "TRUE"}
    child = [sys.executable, "-c", LOADS_TORCH]
    said = subprocess.run(child, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stderr
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in said, "as the library that torch computes with has read it"


@pytest.mark.parametrize(("code", "number"), [(None, 0), (3, 3), (True, 1), ("what went wrong", 1)])
def test_a_command_ends_as_it_would_by_itself(monkeypatch, capsys, code, number):
    ended = []
    monkeypatch.setattr("os._exit", ended.append)
    end(code)
    assert ended == [number] and capsys.readouterr().err == (f"{code}\n" if isinstance(code, str) else "")


def test_a_command_whose_reader_is_gone_ends_without_a_traceback(tmp_path):
    environment = os.environ | {"FT_HOME": str(tmp_path), "PYTHONUNBUFFERED": ""}
    reader, writer = os.pipe()
    os.close(reader)
    try:
        child = [sys.executable, "-m", "ft_core", "runs", "--json"]
        ended = subprocess.run(
            child, cwd=ROOT, env=environment, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writer)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
