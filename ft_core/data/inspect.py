"""Look at a file without storing anything: what `python -m ft_core inspect` prints."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core.data import tokens
from ft_core.data.look import look
from ft_core.data.problems import MAX_ROWS
from ft_core.data.read.several import read_all
from ft_core.data.shape.shape import LEARNABLE, Found, find
from ft_core.data.table import Table
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import Window
from ft_core.settings.data import DataSpec
from ft_core.settings.project import Task


def inspect(
    paths: Path | Sequence[Path],
    spec: DataSpec | None = None,
    task: Task | None = None,
    window: Window | None = None,
    tell: Tell = silent,
) -> dict[str, Any]:
    """What a file, or several together, holds and what is wrong with it, as plain values for JSON. Without `spec`, everything is found by itself.

    A shape that cannot be learnt from is reported. Raises the FTErrors of reading, `data.columns`, `data.one_column`.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    table = read_all(files, tell)
    spec = spec or DataSpec(source=tuple(path.name for path in files))
    found = find(table, spec.columns, task)
    result = _known(table, found)
    if found.shape not in LEARNABLE:
        return result
    looked = look(table, spec, task, window, tell)
    examples = looked.shaped.examples
    return result | {
        "task": looked.shaped.task,
        "problems": [problem.as_dict() for problem in looked.problems],
        "labels": looked.shaped.labels,
        "token_lengths": tokens.summary(window.tokenizer.lengths(examples), examples) if window else None,
    }


def _known(table: Table, found: Found) -> dict[str, Any]:
    return {
        "format": table.format,
        "shape": found.shape,
        "encoding": table.encoding,
        "notes": list(table.notes),
        "rows": len(table),
        "columns": table.columns,
        "mapping": {part: name for part, name in found.columns.model_dump().items() if name},
        "why": found.why,
        "task": None,
        "problems": [],
        "labels": [],
        "token_lengths": None,
        "bad_rows": [{"row": number, "reason": reason} for number, reason in table.bad_rows[:MAX_ROWS]],
    }
