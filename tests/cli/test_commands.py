"""What is no command at all."""

import json
import os
import subprocess
import sys

import pytest

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
