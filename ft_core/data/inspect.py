"""Look at a file without storing anything: what `python -m ft_core inspect` prints."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core.data.lengths import summary
from ft_core.data.look import look
from ft_core.data.problems import MAX_ROWS
from ft_core.data.quality import quality
from ft_core.data.read.several import read_all
from ft_core.data.shape.shape import LEARNABLE, Found, Shaped, find, shape
from ft_core.data.table import Table
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import Window
from ft_core.settings.data import DataSpec
from ft_core.settings.project import Task

SHOWN_EXAMPLES = 10


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
    if found.shape not in LEARNABLE:
        return _known(table, found)
    looked = look(table, spec, task, window, tell)
    examples = looked.shaped.examples
    tell("judging what is left")
    return _understood(table, looked.shaped) | {
        "kept": len(looked.cleaned.examples),
        "problems": [problem.as_dict() for problem in looked.problems],
        "token_lengths": summary(window.tokenizer.lengths(examples), examples) if window else None,
        "quality": quality(looked.cleaned.examples, looked.shaped.task),
    }


def understood(table: Table, spec: DataSpec, task: Task | None) -> dict[str, Any]:
    """What `inspect` says of the table alone: columns, shape, task, labels and the first examples; no problems are looked for.

    Raises FTError `data.columns`, `data.one_column` or `data.shape`.
    """
    return _understood(table, shape(table, spec.columns, spec.system, task, spec.label_names))


def _understood(table: Table, shaped: Shaped) -> dict[str, Any]:
    first = shaped.examples[:SHOWN_EXAMPLES]
    return _known(table, shaped) | {
        "task": shaped.task,
        "labels": shaped.labels,
        "label_names": shaped.label_names,
        "examples": [
            {
                "row": example.row,
                "messages": [{"role": message.role, "content": message.text} for message in example.messages],
            }
            for example in first
        ],
    }


def _known(table: Table, found: Found | Shaped) -> dict[str, Any]:
    return {
        "format": table.format,
        "shape": found.shape,
        "encoding": table.encoding,
        "notes": list(table.notes),
        "rows": len(table),
        "kept": 0,
        "columns": table.columns,
        "mapping": {part: name for part, name in found.columns.model_dump().items() if name},
        "why": found.why,
        "task": None,
        "problems": [],
        "labels": [],
        "examples": [],
        "label_names": {},
        "token_lengths": None,
        "bad_row_count": len(table.bad_rows),
        "quality": None,
        "bad_rows": [{"row": number, "reason": reason} for number, reason in table.bad_rows[:MAX_ROWS]],
    }
