"""Prepare: from a file to a stored dataset version, with a report of all that was found and done."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core.data import contamination, leaks, store, tokens
from ft_core.data.balance import balanced
from ft_core.data.look import Looked, look
from ft_core.data.quality import quality
from ft_core.data.read.files import read
from ft_core.data.split import SPLITS, column_values, describe, split
from ft_core.data.store import Dataset
from ft_core.data.table import Table
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec, DataSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

FORMAT = 2  # raise it when the same source and settings come to hold other examples


def prepare(
    source: Path,
    spec: DataSpec,
    task: Task | None,
    datasets: Path,
    window: Window | None = None,
    tell: Tell = silent,
    benchmarks: Sequence[Path] = (),
) -> Dataset:
    """Read, shape, clean and split `source`, and store the result under `datasets`. The same input and settings give the same id.

    `benchmarks` are the files that `spec.benchmarks` names; what is found of them is reported, and changes nothing.

    `window` adds token lengths to the report, and by which tokenizer they are: a version that is stored already keeps its own.
    Raises every FTError of reading, shaping and splitting, and `data.tokenizer` where cleaning needs a `window` that is not given.
    """
    if not source.is_file():
        read(source)  # says what is wrong
    _require_tokenizer(spec, window)
    content = store.sha256(source)
    identity = _identity(content, source, spec, task, window, benchmarks)
    folder = datasets / identity[:12]
    if (folder / "dataset.json").is_file():
        return Dataset.open(folder)
    tell(f"reading {source.name}")
    table = read(source)
    values = column_values(table, spec.split)  # what is wrong with it is said before the long work
    looked = look(table, spec, task, window, tell)
    tell("splitting")
    split_parts = split(looked.cleaned.examples, looked.shaped.task, spec.split, values)
    tell("looking for leaks between the splits")
    settled = leaks.settle(split_parts, spec.split)
    parts = settled.parts
    train = parts["train"]
    if looked.shaped.task == "classification":
        parts = parts | {"train": balanced(train, spec.balance, spec.split.seed)}
    report = _report(source.name, table, looked, parts, sum(map(len, settled.parts.values())))
    report["balance"] = {"treatment": spec.balance, "before": len(train), "after": len(parts["train"])}
    report["split"] = describe(parts, spec.split, values)
    report["leaks"] = leaks.report(settled, spec.split)
    report["steps"].append(leaks.step(settled, spec.split, split_parts))
    found = leaks.problems(settled, spec.split, split_parts)
    if benchmarks:
        tell("looking for questions of benchmarks")
        found += contamination.problems([example for name in SPLITS for example in parts[name]], benchmarks)
    report["problems"] += [problem.as_dict() for problem in found]
    tell("judging what is left")
    report["quality"] = quality(looked.cleaned.examples, looked.shaped.task)
    examples = [example for name in SPLITS for example in parts[name]]
    report["token_lengths"] = token_lengths(examples, window.tokenizer) if window else None
    stored = {
        "version": 1,
        "sha256": identity,
        "source_sha256": content,
        "task": looked.shaped.task,
        "labels": report["labels"],
        "counts": report["splits"],
        "spec": spec.model_dump(mode="json"),
    }
    tell("storing")
    store.write(folder, parts, report, stored)
    return Dataset.open(folder)


def _report(source: str, table: Table, looked: Looked, parts: dict[str, list[Example]], kept: int) -> dict[str, Any]:
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
        "label_names": shaped.label_names,
        "labels": [label for label, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))],
        "rows": rows,
        "kept": kept,
        "removed": rows - kept,
        "splits": {name: len(examples) for name, examples in parts.items()},
        "problems": [problem.as_dict() for problem in looked.problems],
        "steps": [step.as_dict() for step in ([looked.edited] if looked.edited.rows else []) + cleaned.steps],
        "label_counts": label_counts,
    }


def token_lengths(examples: list[Example], tokenizer: ChatTokenizer) -> dict[str, Any]:
    """{"median", "p95", "max", "longest_part", "longest_row", "tokenizer"} of all examples of a dataset, the last the tokenizer's fingerprint."""
    return tokens.summary(tokenizer.lengths(examples), examples) | {"tokenizer": tokenizer.fingerprint}


def _by_tokens(spec: DataSpec) -> list[str]:
    """The kinds of problem for which rows are left out by what the base model's tokenizer makes of them."""
    return [code for code in ("lost_characters", "too_long") if getattr(spec.clean, code) != "keep"]


def _require_tokenizer(spec: DataSpec, window: Window | None) -> None:
    asked = [f"{CleanSpec.model_fields[code].title} (`{code}`)" for code in _by_tokens(spec)]
    if asked and window is None:
        raise FTError(
            "data.tokenizer",
            f"Rows cannot be left out by {' and '.join(asked)} yet.",
            "That takes the base model's tokenizer, which is not on this machine.",
            f"Set {' and '.join(asked)} to keep, or choose a Base model that is on this machine.",
        )


def _identity(
    content: str, source: Path, spec: DataSpec, task: Task | None, window: Window | None, benchmarks: Sequence[Path]
) -> str:
    """sha256 of what decides content and report: the bytes of all files, the source's kind, the settings but no file's place, the task.

    The base model is part of it only where rows are left out because of its tokens. Raises FTError `data.missing`.
    """
    values = {
        "format": FORMAT,
        "source": content,
        "kind": source.suffix.lower(),
        "spec": spec.model_dump(mode="json", exclude={"source", "benchmarks"}),
        "task": task,
    }
    if window and _by_tokens(spec):
        values["window"] = [window.tokenizer.fingerprint, window.max_length]
    if benchmarks:
        values["benchmarks"] = [_benchmark(path) for path in benchmarks]
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _benchmark(path: Path) -> list[str]:
    """Name and sha256 of a benchmark's file."""
    if not path.is_file():
        read(path)  # says what is wrong
    return [path.name, store.sha256(path)]
