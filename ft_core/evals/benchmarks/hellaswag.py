"""HellaSwag from a JSONL file in its original layout."""

from pathlib import Path
from typing import Any

from ft_core.evals.benchmarks import refusals
from ft_core.evals.benchmarks.rows import Rows

_TITLE = "HellaSwag"
_TEXTS = ("activity_label", "ctx_a", "ctx_b")
_LAYOUT = "Each row is a JSON object with `activity_label`, `ctx_a`, `ctx_b` (texts), `endings` (four texts) and `label` (0 to 3)."


def read(path: Path) -> Rows:
    """Each line's question. Raises FTError `benchmarks.schema`."""
    questions, faults = [], []
    for number, row in enumerate(refusals.objects(path, _TITLE, _LAYOUT), start=1):
        fault = _fault(row)
        if fault:
            faults.append((number, fault))
        else:
            questions.append({name: row[name] for name in _TEXTS} | {"endings": row["endings"], "label": row["label"]})
    if faults:
        raise refusals.refuse(path, _TITLE, faults, _LAYOUT)
    return Rows(questions, list(range(1, len(questions) + 1)))


def _fault(row: dict[str, Any]) -> str | None:
    for name in _TEXTS:
        if not isinstance(row.get(name), str):
            return f"`{name}` is not a text"
    if not refusals.is_texts(row.get("endings"), 4) or len(row["endings"]) != 4:
        return "`endings` is not a list of four texts"
    if isinstance(row.get("label"), bool) or row.get("label") not in (0, 1, 2, 3):
        return "`label` is not a number from 0 to 3"
    return None
