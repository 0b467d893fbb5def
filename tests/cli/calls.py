"""How the tests of the command line call it: as a person does, in a process of its own."""

import json
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 300
ENVIRONMENT = {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"}
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.cli.loaded"])


def command(folder: Path, *arguments: str, home: str = "home", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, ended, with its workspace in `folder`.

    Forked from a process that has loaded the libraries, which takes longer than most commands; begun anew where `environment` holds what
    the Hub's client reads as it is imported.
    """
    given = dict(os.environ) | ENVIRONMENT | {"FT_HOME": str(folder / home)} | environment
    if any(name.startswith("HF_") for name in environment):
        anew = [sys.executable, "-m", "ft_core", *arguments]
        return subprocess.run(anew, cwd=ROOT, env=given, capture_output=True, text=True, timeout=SECONDS)
    with tempfile.TemporaryDirectory() as said:
        out, err = Path(said, "out"), Path(said, "err")
        child = _forks.Process(target=_command, args=(arguments, given, out, err))
        child.start()
        child.join(SECONDS)
        if child.exitcode is None:
            child.kill()
            raise subprocess.TimeoutExpired(arguments, SECONDS, out.read_text(), err.read_text())
        return subprocess.CompletedProcess(arguments, child.exitcode, out.read_text(), err.read_text())


def _command(arguments: tuple[str, ...], environment: dict[str, str], out: Path, err: Path) -> None:
    """`python -m ft_core` with these arguments, in the forked process."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["ft_core", *arguments]
    runpy.run_module("ft_core", run_name="__main__", alter_sys=True)


def values(answer: subprocess.CompletedProcess[str]) -> dict:
    """The one JSON object on standard output."""
    assert answer.returncode == 0, answer.stderr[-3000:]
    assert answer.stdout.count("\n") == 1
    return json.loads(answer.stdout)
