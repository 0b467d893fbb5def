"""A command's one answer: its JSON object or its words, or what went wrong and how the process ends then."""

import contextlib
import json
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from ft_core.errors import FTError, explain

Result = dict[str, Any]


def answer(as_json: bool, work: Callable[[], Result | None], words: Callable[[Result], None]) -> None:
    """Do the work with standard output kept clean, then print its result as one JSON object or in words; or its error.

    None as the result: the work has said everything itself.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = work()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the command line's last line
        problem = explain(error)
        if problem.code == "bug":
            traceback.print_exception(error)
        refuse(problem, as_json)
    if result is None:
        return
    if as_json:
        print_json(result)
    else:
        words(result)


def print_json(result: Result) -> None:
    """The one object on standard output."""
    print(json.dumps(result, ensure_ascii=False, allow_nan=False), flush=True)


def refuse(problem: FTError, as_json: bool) -> NoReturn:
    """End the process with a problem told: exit code 1 for a defect of ours, 2 for what the person can fix."""
    if as_json:
        print_json({"error": problem.as_dict()})
    else:
        show_error(problem)
    sys.exit(1 if problem.code == "bug" else 2)


def show_error(problem: FTError) -> None:
    """What, why and fix on standard error; a reason of several lines stays in its column."""
    why = problem.why.replace("\n", "\n       ")
    print(f"{problem.what}\n  Why: {why}\n  Fix: {problem.fix}", file=sys.stderr)
