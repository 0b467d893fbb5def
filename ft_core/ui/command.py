"""A command of `python -m ft_core` as a child of the page: its words as they come, then its one result.

A long look at a large file neither slows the page nor stays in its memory, and is ended by ending the child.
"""

import json
import queue
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from ft_core.errors import FTError
from ft_core.worker import commands
from ft_core.worker.commands import Command
from ft_core.worker.launch import child_environment
from ft_core.workspace import Workspace

WAIT = 1.0  # seconds between two signs of life, each of which the browser draws
GRACE = 5.0  # seconds for a command that is ended to put away what it has: it may hold rows that were paid for


def run(
    arguments: Sequence[str], token: str | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[str | dict[str, Any] | None]:
    """Each line that the command says, None while it says nothing, and last its JSON object.

    `token` is the person's own for the Hub; it and `environment`, such as an endpoint's key, travel in the child's environment alone.
    Closing the iterator ends the command, as Ctrl-C does first. Raises the FTError that the command was refused with; code `bug` when it ended without an answer.
    """
    given = child_environment() | ({"HF_TOKEN": token} if token else {}) | dict(environment or {})
    child = commands.begin([*arguments, "--json"], given)
    said: queue.Queue[str] = queue.Queue()
    answer: list[str] = []
    readers = [
        threading.Thread(target=_read, args=(child.said, said.put), daemon=True),
        threading.Thread(target=_read, args=(child.answer, answer.append), daemon=True),
    ]
    for reader in readers:
        reader.start()
    last = ""
    try:
        while child.code(0) is None or not said.empty():
            try:
                line = said.get(timeout=WAIT).rstrip()
            except queue.Empty:
                yield None
                continue
            if line:
                last = line
                yield last
        for reader in readers:
            reader.join()
        yield _result("".join(answer), last)
    finally:
        _end(child)


def place(workspace: Workspace) -> list[str]:
    """Where a command finds and puts what is this person's."""
    return ["--home", str(workspace.home), "--person", workspace.person]


def _read(stream: IO[str], keep: Any) -> None:
    with stream:
        for line in stream:
            keep(line)
    keep("")  # so that nobody waits for more


def _result(answer: str, last: str) -> dict[str, Any]:
    try:
        result = json.loads(answer)
    except ValueError as error:
        raise FTError(
            "bug",
            "The command ended without an answer.",
            f"The last that it said: {last or 'nothing'}.",
            "Try again; when it comes back, the machine may have too little memory for this file.",
        ) from error
    if "error" in result:
        raise FTError(**result["error"])
    return result


def _end(child: Command) -> None:
    """End the command and what it started, when it is still at work."""
    if child.code(0) is None:
        child.signal(signal.SIGINT)
        if child.code(GRACE) is None:
            child.signal(signal.SIGKILL)
            child.code(GRACE)
