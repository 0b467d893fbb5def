"""Commands of `python -m ft_core`, each a process of its own; on Linux forked from one that has loaded what they need, seconds sooner."""

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import active_children, forkserver, get_context
from multiprocessing.connection import Connection
from typing import IO

from ft_core.hardware import has_room_beside
from ft_core.worker.launch import ROOT

FORKS = sys.platform == "linux"  # elsewhere what the system's own libraries hold may not survive a fork
LOADED = ["ft_core.cli.loaded"]  # modules: what is loaded once


@dataclass(frozen=True)
class Command:
    """One at work: `answer` is its standard output, `said` its standard error. `code` waits so many seconds for its exit code: None until it has ended."""

    pid: int
    answer: IO[str]
    said: IO[str]
    code: Callable[[float], int | None]

    def signal(self, number: signal.Signals) -> None:
        """To the command and what it started."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:  # it has only just begun, or has ended
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def warm() -> None:
    """Load what commands need, once and in a process of its own, by the time that somebody asks. Returns at once."""
    if FORKS and has_room_beside():
        forkserver.set_forkserver_preload(LOADED)
        forkserver.ensure_running()


def begin(arguments: Sequence[str], environment: dict[str, str]) -> Command:
    """`python -m ft_core` with these arguments in this environment and no other, without standard input, in a session of its own."""
    return _forked(arguments, environment) if FORKS else _anew(arguments, environment)


def end_all() -> None:
    """End those at work, before this process ends: it would wait for them."""
    for child in active_children():
        child.terminate()


def _forked(arguments: Sequence[str], environment: dict[str, str]) -> Command:
    forkserver.set_forkserver_preload(LOADED)
    forks = get_context("forkserver")
    (answer, to_answer), (said, to_say) = forks.Pipe(duplex=False), forks.Pipe(duplex=False)
    child = forks.Process(target=_command, args=(list(arguments), environment, to_answer, to_say))
    child.start()
    to_answer.close()
    to_say.close()

    def code(seconds: float) -> int | None:
        child.join(seconds)
        return child.exitcode

    assert child.pid is not None
    return Command(child.pid, _text(answer), _text(said), code)


def _text(pipe: Connection) -> IO[str]:
    """What comes out of it, as text."""
    with pipe:
        return open(os.dup(pipe.fileno()), encoding="utf-8", errors="replace")


def _command(arguments: list[str], environment: dict[str, str], answer: Connection, said: Connection) -> None:
    """In the forked process."""
    os.setsid()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for number, pipe in ((1, answer), (2, said)):
        with pipe:
            os.dup2(pipe.fileno(), number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
    sys.stderr = open(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.argv = ["ft_core", *arguments]
    runpy.run_module("ft_core", run_name="__main__", alter_sys=True)


def _anew(arguments: Sequence[str], environment: dict[str, str]) -> Command:
    child = subprocess.Popen(
        [sys.executable, "-m", "ft_core", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )

    def code(seconds: float) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
        return child.returncode

    assert child.stdout is not None and child.stderr is not None
    return Command(child.pid, child.stdout, child.stderr, code)
