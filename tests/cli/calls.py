"""How the tests of the command line call it: as a person does, in a process of its own."""

import json
import os
import subprocess
import threading
from pathlib import Path

from ft_core.worker import commands

ROOT = Path(__file__).parents[2]
SECONDS = 300
ENVIRONMENT = {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"}
commands.LOADED.insert(0, "tests.cli.loaded")


def command(folder: Path, *arguments: str, home: str = "home", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, ended, with its workspace in `folder`.

    Begun anew where `environment` holds what the Hub's client reads as it is imported; else forked from a process that has loaded the libraries.
    """
    given = dict(os.environ) | ENVIRONMENT | {"FT_HOME": str(folder / home)} | environment
    anew = any(name.startswith("HF_") for name in environment)
    begun = commands._anew(arguments, given) if anew else commands.begin(arguments, given)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(begun.said.read()))
    reader.start()
    with begun.answer, begun.said:
        answer = begun.answer.read()
        reader.join()
    code = begun.code(SECONDS)
    assert code is not None
    return subprocess.CompletedProcess(arguments, code, answer, said[0])


def values(answer: subprocess.CompletedProcess[str]) -> dict:
    """The one JSON object on standard output."""
    assert answer.returncode == 0, answer.stderr[-3000:]
    assert answer.stdout.count("\n") == 1
    return json.loads(answer.stdout)
