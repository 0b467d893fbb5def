"""MMLU from a folder of headerless CSV files in their original layout: SUBJECT_test.csv, and SUBJECT_dev.csv for the shots."""

import csv
import io
from pathlib import Path
from typing import Any

from ft_core.errors import FTError
from ft_core.evals.benchmarks import refusals
from ft_core.evals.benchmarks.known import BENCHMARKS
from ft_core.evals.benchmarks.rows import Rows

_TITLE = "MMLU"
_LAYOUT = "Each row has six columns and no header: question, four choices, letter of the right one."
_LETTERS = "ABCD"
_TEST, _DEV = "_test.csv", "_dev.csv"


def subjects_in(folder: Path) -> list[str]:
    """The subjects of which `folder` holds the test file."""
    return sorted(path.name.removesuffix(_TEST) for path in folder.glob(f"*{_TEST}"))


def read(folder: Path) -> Rows:
    """All questions of all subjects in `folder`. Raises FTError `benchmarks.schema` and `benchmarks.missing` (no file with the shots)."""
    questions: list[dict[str, Any]] = []
    numbers: list[int] = []
    subjects: list[str] = []
    shots = {}
    wanted = BENCHMARKS["mmlu"].shots
    for subject in subjects_in(folder):
        found = _rows(folder / f"{subject}{_TEST}", subject)
        questions += found
        numbers += range(1, len(found) + 1)
        subjects += [subject] * len(found)
        dev = folder / f"{subject}{_DEV}"
        solved = _rows(dev, subject) if dev.is_file() else []
        if len(solved) < wanted:
            raise FTError(
                "benchmarks.missing",
                f"MMLU's subject {subject} cannot be asked.",
                f"{wanted} solved questions are put before each question; {dev.name} holds {len(solved)}.",
                f"Put the original {dev.name} beside {subject}{_TEST}, or leave this subject's files out.",
            )
        shots[subject] = solved
    return Rows(questions, numbers, subjects, shots)


def _rows(path: Path, subject: str) -> list[dict[str, Any]]:
    found, faults = [], []
    try:
        lines = [line for line in csv.reader(io.StringIO(refusals.text(path, _TITLE), newline=""), strict=True) if line]
    except csv.Error as error:
        raise refusals.refuse(path, _TITLE, [(1, f"the file is not CSV ({error})")], _LAYOUT) from error
    for number, line in enumerate(lines, start=1):
        if len(line) != 6:
            faults.append((number, f"has {len(line)} column{'s' if len(line) != 1 else ''}"))
        elif not line[0].strip() or not all(choice.strip() for choice in line[1:5]):
            faults.append((number, "has an empty question or choice"))
        elif len(line[5].strip()) != 1 or line[5].strip() not in _LETTERS:
            faults.append((number, "its last column is not A, B, C or D"))
        else:
            answer = _LETTERS.index(line[5].strip())
            found.append({"question": line[0], "subject": subject, "choices": line[1:5], "answer": answer})
    if faults:
        raise refusals.refuse(path, _TITLE, faults, _LAYOUT)
    if not found:
        raise refusals.empty(path, _TITLE)
    return found
