"""Prepare: from a file to a stored dataset version, with a report of all that was found and done."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core.data import store, tokens
from ft_core.data.look import Looked, look
from ft_core.data.read.files import read
from ft_core.data.read.hub_dataset import is_id
from ft_core.data.read.join import splits_of
from ft_core.data.read.several import read_all
from ft_core.data.split import SPLITS, split
from ft_core.data.store import Dataset
from ft_core.data.table import Table
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.settings.data import DataSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

FORMAT = 1  # raise it when the same source and settings come to hold other examples


def prepare(
    sources: Path | Sequence[Path],
    spec: DataSpec,
    task: Task | None,
    datasets: Path,
    window: Window | None = None,
    tell: Tell = silent,
) -> Dataset:
    """Read, shape, clean and split a file or several, and store the result under `datasets`. The same input and settings give the same id.

    `window` adds token lengths to the report, and by which tokenizer they are: a version that is stored already keeps its own.
    Raises every FTError of reading, shaping and splitting.
    """
    paths = [sources] if isinstance(sources, Path) else list(sources)
    for path in paths:
        if not path.is_file():
            read(path)  # says what is wrong
    identity = _identity(paths, spec, task)
    folder = datasets / identity[:12]
    if (folder / "dataset.json").is_file():
        return Dataset.open(folder)
    table = read_all(paths, tell)
    looked = look(table, spec, task, window, tell)
    tell("splitting")
    parts = split(looked.cleaned.examples, looked.shaped.task, spec.split)
    report = _report(_called(paths, spec), table, looked, parts)
    examples = [example for name in SPLITS for example in parts[name]]
    report["token_lengths"] = token_lengths(examples, window.tokenizer) if window else None
    values = {
        "version": 1,
        "sha256": identity,
        "task": looked.shaped.task,
        "labels": report["labels"],
        "counts": report["splits"],
        "spec": spec.model_dump(mode="json"),
    }
    tell("storing")
    store.write(folder, parts, report, values)
    return Dataset.open(folder)


def _report(source: str, table: Table, looked: Looked, parts: dict[str, list[Example]]) -> dict[str, Any]:
    shaped, cleaned = looked.shaped, looked.cleaned
    rows = len(table) + len(table.bad_rows)
    label_counts = (
        {name: dict(Counter(example.answer for example in examples)) for name, examples in parts.items()}
        if shaped.task == "classification"
        else {}
    )
    total = Counter[str]()
    for counts in label_counts.values():
        total.update(counts)
    return {
        "source": source,
        "format": table.format,
        "encoding": table.encoding,
        "notes": list(table.notes),
        "shape": shaped.shape,
        "columns": shaped.columns.model_dump(),
        "why": shaped.why,
        "task": shaped.task,
        "labels": [label for label, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))],
        "rows": rows,
        "kept": len(cleaned.examples),
        "removed": rows - len(cleaned.examples),
        "splits": {name: len(examples) for name, examples in parts.items()},
        "problems": [problem.as_dict() for problem in looked.problems],
        "steps": [step.as_dict() for step in cleaned.steps],
        "label_counts": label_counts,
    }


def token_lengths(examples: list[Example], tokenizer: ChatTokenizer) -> dict[str, Any]:
    """{"median", "p95", "max", "longest_row", "tokenizer"} of all examples of a dataset, the last the tokenizer's fingerprint."""
    return tokens.summary(tokenizer.lengths(examples), examples) | {"tokenizer": tokenizer.fingerprint}


def _called(paths: list[Path], spec: DataSpec) -> str:
    """What a person knows the data by: the id of a Hub dataset, the name of a file, of several the first three."""
    (first, *more) = spec.sources
    if not more and is_id(first) and not first.endswith(paths[0].name):
        return first
    names = [path.name for path in paths]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _identity(paths: list[Path], spec: DataSpec, task: Task | None) -> str:
    """sha256 of what decides the content: the files' bytes and kinds, the settings but not the source's place, the task, our format."""
    values = {
        "format": FORMAT,
        "sources": [[store.sha256(path), path.suffix.lower()] for path in paths],
        "splits": splits_of([path.name for path in paths]),
        "spec": spec.model_dump(mode="json", exclude={"source", "configuration", "revision"}),
        "task": task,
    }
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
