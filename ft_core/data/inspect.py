"""Look at a file without storing anything: what `python -m ft_core inspect` prints."""

from pathlib import Path
from typing import Any

from ft_core.data import tokens
from ft_core.data.check import MAX_ROWS, check
from ft_core.data.read import Table, read
from ft_core.data.shape import LEARNABLE, Found, find, shape
from ft_core.data.tokens import ChatTokenizer
from ft_core.settings.data import CleanSpec, ColumnSpec
from ft_core.settings.project import Task

_ANY = ColumnSpec()


def inspect(
    path: Path,
    columns: ColumnSpec = _ANY,
    system: str | None = None,
    task: Task | None = None,
    tokenizer: ChatTokenizer | None = None,
) -> dict[str, Any]:
    """What a file holds and what is wrong with it, as plain values for JSON.

    A shape that cannot be learnt from is reported. Raises the FTErrors of reading, `data.columns`, `data.one_column`.
    """
    table = read(path)
    found = find(table, columns, task)
    result = _known(table, found)
    if found.shape not in LEARNABLE:
        return result
    shaped = shape(table, columns, system, task)
    lengths = tokens.summary(tokenizer.lengths(shaped.examples), shaped.examples) if tokenizer else None
    problems = [problem.as_dict() for problem in check(table, shaped, CleanSpec())]
    return result | {"task": shaped.task, "problems": problems, "labels": shaped.labels, "token_lengths": lengths}


def _known(table: Table, found: Found) -> dict[str, Any]:
    return {
        "format": table.format,
        "shape": found.shape,
        "encoding": table.encoding,
        "rows": len(table.rows),
        "columns": table.columns,
        "mapping": {part: name for part, name in found.columns.model_dump().items() if name},
        "why": found.why,
        "task": None,
        "problems": [],
        "labels": [],
        "token_lengths": None,
        "bad_rows": [{"row": number, "reason": reason} for number, reason in table.bad_rows[:MAX_ROWS]],
    }
