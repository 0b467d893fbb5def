"""TruthfulQA from its original CSV file: the choices of mc1 and mc2 are built from the answers of each row."""

import csv
import io
from pathlib import Path

from ft_core.evals.benchmarks import refusals
from ft_core.evals.benchmarks.rows import Rows

_TITLE = "TruthfulQA"
_COLUMNS = ("Question", "Best Answer", "Correct Answers", "Incorrect Answers")
_LAYOUT = "The columns Question, Best Answer, Correct Answers and Incorrect Answers are read; several answers in one are parted by semicolons."


def read(path: Path) -> Rows:
    """mc1: the best answer among the incorrect ones. mc2: all correct ones among the incorrect ones. Raises FTError `benchmarks.schema`.

    As Lin et al. 2022 (arXiv:2109.07958) define the two.
    """
    try:
        reader = csv.DictReader(io.StringIO(refusals.text(path, _TITLE), newline=""), strict=True)
        absent = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        lines = [] if absent else list(reader)
    except csv.Error as error:
        raise refusals.refuse(path, _TITLE, [(1, f"the file is not CSV ({error})")], _LAYOUT) from error
    if absent:
        raise refusals.refuse(path, _TITLE, [(1, f"it names no column {absent[0]}")], _LAYOUT)
    questions, faults = [], []
    for number, line in enumerate(lines, start=1):
        question, best = ((line[name] or "").strip() for name in _COLUMNS[:2])
        right, wrong = (_parted(line[name] or "") for name in _COLUMNS[2:])
        if not question or not best or not right or not wrong:
            fault = next(name for name, held in zip(_COLUMNS, (question, best, right, wrong), strict=True) if not held)
            faults.append((number, f"{fault} is empty"))
            continue
        right = right if best in right else [best, *right]
        wrong = [answer for answer in wrong if answer not in right]
        if not wrong:
            faults.append((number, "each of its Incorrect Answers is among the Correct Answers"))
            continue
        questions.append(
            {"question": question, "mc1_targets": _targets([best], wrong), "mc2_targets": _targets(right, wrong)}
        )
    if faults:
        raise refusals.refuse(path, _TITLE, faults, _LAYOUT)
    if not questions:
        raise refusals.empty(path, _TITLE)
    return Rows(questions, list(range(1, len(questions) + 1)))


def _parted(cell: str) -> list[str]:
    return list(dict.fromkeys(answer.strip() for answer in cell.split(";") if answer.strip()))


def _targets(right: list[str], wrong: list[str]) -> dict[str, list]:
    return {"choices": right + wrong, "labels": [1] * len(right) + [0] * len(wrong)}
