"""ARC from a JSONL file in which each question is `query`, `choices` and `gold`."""

from pathlib import Path
from typing import Any

from ft_core.evals.benchmarks import refusals
from ft_core.evals.benchmarks.rows import Rows

_LAYOUT = "Each row is a JSON object with `query` (text), `choices` (a list of texts) and `gold` (number of the right choice, from 0)."
_BEFORE = "Question:"
_AFTER = "Answer:"


def read(path: Path, title: str = "ARC") -> Rows:
    """Each line's question. "Question:" before it and "Answer:" after it are left out: the task writes them. Raises FTError `benchmarks.schema`."""
    questions, faults = [], []
    for number, row in enumerate(refusals.objects(path, title, _LAYOUT), start=1):
        fault = _fault(row)
        if fault:
            faults.append((number, fault))
            continue
        stem = row["query"].strip().removesuffix(_AFTER).removeprefix(_BEFORE).strip()
        letters = [chr(ord("A") + i) for i in range(len(row["choices"]))]
        questions.append(
            {
                "id": str(number),
                "question": stem,
                "choices": {"text": row["choices"], "label": letters},
                "answerKey": letters[row["gold"]],
            }
        )
    if faults:
        raise refusals.refuse(path, title, faults, _LAYOUT)
    return Rows(questions, list(range(1, len(questions) + 1)))


def _fault(row: dict[str, Any]) -> str | None:
    gold, choices = row.get("gold"), row.get("choices")
    if not isinstance(row.get("query"), str) or not row["query"].strip():
        return "`query` is not a text"
    if not refusals.is_texts(choices, 2) or len(row["choices"]) > 26:
        return "`choices` is not a list of 2 to 26 texts"
    if not isinstance(gold, int) or isinstance(gold, bool) or not 0 <= gold < len(row["choices"]):
        return f"`gold` is not a number from 0 to {len(row['choices']) - 1}"
    return None
