"""Prepare: from a file to a stored dataset version, with a report of all that was found and done."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from ft_core.data import store, tokens
from ft_core.data.augment import review
from ft_core.data.augment.generated import Generated
from ft_core.data.augment.join import join
from ft_core.data.look import Looked, look
from ft_core.data.read.files import read
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
    source: Path,
    spec: DataSpec,
    task: Task | None,
    datasets: Path,
    window: Window | None = None,
    tell: Tell = silent,
    generated: Path | None = None,
) -> Dataset:
    """Read, shape, clean and split `source`, and store the result under `datasets`. The same input and settings give the same id.

    The accepted rows of the file `generated` join the training split, after cleaning and splitting. Without them (None) the splits
    are the same but for these rows, so two runs show what they are worth.
    `window` adds token lengths to the report, and by which tokenizer they are: a version that is stored already keeps its own.
    Raises every FTError of reading, shaping and splitting, and those of `augment.review.load`.
    """
    if not source.is_file():
        read(source)  # says what is wrong
    rows = review.load(generated) if generated else None
    identity = _identity(source, spec, task, rows)
    folder = datasets / identity[:12]
    if (folder / "dataset.json").is_file():
        return Dataset.open(folder)
    tell(f"reading {source.name}")
    table = read(source)
    looked = look(table, spec, task, window, tell)
    tell("splitting")
    parts = split(looked.cleaned.examples, looked.shaped.task, spec.split)
    joined = None
    if generated and rows is not None:
        tell("adding generated rows")
        parts, joined = join(parts, rows, looked.shaped.task, spec.system)
        joined = {"file": generated.name} | joined
    report = _report(source.name, table, looked, parts) | {"generated": joined}
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


def _identity(source: Path, spec: DataSpec, task: Task | None, rows: list[Generated] | None) -> str:
    """sha256 of what decides the content: the source's bytes and kind, the generated rows, the settings but not where these two are,
    the task, our format."""
    values = {
        "format": FORMAT,
        "source": store.sha256(source),
        "kind": source.suffix.lower(),
        "spec": spec.model_dump(mode="json", exclude={"source", "generated"}),
        "generated": None if rows is None else [row.as_dict() for row in rows],
        "task": task,
    }
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
