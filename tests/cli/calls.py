"""How the tests of the command line call it: as a person does, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def command(folder: Path, *arguments: str, home: str = "home", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, ended, with its workspace in `folder`."""
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
