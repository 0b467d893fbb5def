"""A function of ours in a process of its own, which ends with this one."""

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from ft_core.errors import FTError, explain

P = ParamSpec("P")
T = TypeVar("T")


class Died(Exception):
    """The system ended the child process, most often for its memory."""


def run_in_child(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What `work` returns; it and what it is given can be pickled. However this process ends, or this wait, the other one ends, too.

    Raises what `work` raises, explained, `Died`, and RuntimeError for a defect of ours, whose traceback is on standard error.
    """
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=_child, args=(theirs,))
    child.start()
    theirs.close()
    try:
        ours.send((work, arguments, named))
        answer, error = ours.recv()
    except (EOFError, OSError) as ended:
        child.join()
        if child.exitcode is None or child.exitcode < 0:
            raise Died from ended
        raise RuntimeError(f"{work.__qualname__} failed in a process of its own") from ended
    finally:
        child.kill()
        child.join()
        child.close()
        ours.close()
    if error is not None:
        raise error
    return answer


def _child(pipe: Connection) -> None:
    """This module needs none of our libraries: Ctrl-C, which reaches this process, too, ends it without a word from the first moment on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work, arguments, named = pipe.recv()
    try:
        answer: tuple[Any, FTError | None] = work(*arguments, **named), None
    except (FTError, OSError, MemoryError, RuntimeError) as error:
        known = explain(error)
        if known.code == "bug":
            raise
        answer = None, known
    pipe.send(answer)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
