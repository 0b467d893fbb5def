"""The store: a dataset version is a folder that never changes. Runs point to it by id and sha256.

<datasets>/<id>/ holds train.parquet, validation.parquet, test.parquet, report.json and dataset.json. It is built under another
name and renamed when whole, so a folder that exists is complete.
"""

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from ft_core.data import tokens
from ft_core.data.check import problems
from ft_core.data.clean import Cleaned, clean
from ft_core.data.read import Table, read
from ft_core.data.shape import Shaped, shape
from ft_core.data.split import SPLITS, split
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.run import read_json, write_json
from ft_core.settings.data import DataSpec, SplitSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

FORMAT = 1  # raise it when the same source and settings come to hold other examples
_SCHEMA = pyarrow.schema(
    [
        ("row", pyarrow.int64()),
        ("messages", pyarrow.list_(pyarrow.struct([("role", pyarrow.string()), ("content", pyarrow.string())]))),
    ]
)


@dataclass(frozen=True)
class Dataset:
    """One stored dataset version."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "Dataset":
        """An existing dataset version. Raises FTError `data.missing`."""
        if not (folder / "dataset.json").is_file():
            raise FTError(
                "data.missing",
                f"There is no dataset {folder.name}.",
                f"{folder} holds no dataset.json.",
                "Prepare the data again.",
            )
        return cls(folder.resolve())

    @cached_property
    def _values(self) -> dict[str, Any]:
        return read_json(self.folder / "dataset.json")

    @property
    def spec(self) -> DataSpec:
        """How it was made: source, columns, system prompt, cleaning and split."""
        return DataSpec.model_validate(self._values["spec"])

    @property
    def id(self) -> str:
        """12 hexadecimal digits."""
        return self.folder.name

    @property
    def sha256(self) -> str:
        """Of the source's bytes and everything that decides what becomes of them."""
        return self._values["sha256"]

    @property
    def task(self) -> Task:
        return self._values["task"]

    @property
    def labels(self) -> list[str]:
        """The labels of a classification, most frequent first; else empty."""
        return self._values["labels"]

    @property
    def counts(self) -> dict[str, int]:
        """Number of examples per split."""
        return self._values["counts"]

    @cached_property
    def report(self) -> dict[str, Any]:
        """What was found in the data and done about it, as `report.json` holds it."""
        return read_json(self.folder / "report.json")

    def examples(self, split: str) -> list[Example]:
        """The examples of `train`, `validation` or `test`, in their stored order. Raises FTError `data.changed`."""
        path = self.folder / f"{split}.parquet"
        if not path.is_file() or _sha256(path) != self._values["files"][path.name]:
            raise FTError(
                "data.changed",
                f"Dataset {self.id} is damaged.",
                f"{path.name} is missing or not as it was when the dataset was made.",
                f"Delete the folder {self.folder} and prepare the data again.",
            )
        return [Example.model_validate(row) for row in parquet.read_table(path).to_pylist()]


def prepare(
    source: Path, spec: DataSpec, task: Task | None, datasets: Path, tokenizer: ChatTokenizer | None = None
) -> Dataset:
    """Read, shape, clean and split `source`, and store the result under `datasets`. The same input and settings give the same id.

    `tokenizer` adds token lengths to the report, and by which tokenizer they are: a version that is stored already keeps its own.
    Raises every FTError of reading, shaping and splitting.
    """
    if not source.is_file():
        read(source)  # says what is wrong
    identity = _identity(source, spec, task)
    folder = datasets / identity[:12]
    if (folder / "dataset.json").is_file():
        return Dataset.open(folder)
    table = read(source)
    shaped = shape(table, spec.columns, spec.system, task)
    cleaned = clean(shaped.examples, shaped.task, spec.clean)
    parts = split(cleaned.examples, shaped.task, spec.split)
    report = _report(source, table, shaped, cleaned, parts, spec.split)
    examples = [example for name in SPLITS for example in parts[name]]
    report["token_lengths"] = token_lengths(examples, tokenizer) if tokenizer else None
    values = {
        "version": 1,
        "sha256": identity,
        "task": shaped.task,
        "labels": report["labels"],
        "counts": report["splits"],
        "spec": spec.model_dump(mode="json"),
    }
    _write(folder, parts, report, values)
    return Dataset.open(folder)


def _write(folder: Path, parts: dict[str, list[Example]], report: dict[str, Any], values: dict[str, Any]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        files = {}
        for name, examples in parts.items():
            path = building / f"{name}.parquet"
            rows = [
                {"row": example.row, "messages": [message.model_dump() for message in example.messages]}
                for example in examples
            ]
            parquet.write_table(pyarrow.Table.from_pylist(rows, schema=_SCHEMA), path, compression="zstd")
            files[path.name] = _sha256(path)
        write_json(building / "report.json", report)
        write_json(building / "dataset.json", values | {"files": files})
        building.chmod(0o755)
        try:
            building.rename(folder)
        except OSError:
            # Somebody else was faster: what they stored is the same.
            if not (folder / "dataset.json").is_file():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _report(
    source: Path, table: Table, shaped: Shaped, cleaned: Cleaned, parts: dict[str, list[Example]], shares: SplitSpec
) -> dict[str, Any]:
    label_counts = (
        {name: dict(Counter(example.answer for example in examples)) for name, examples in parts.items()}
        if shaped.task == "classification"
        else {}
    )
    total = Counter[str]()
    for counts in label_counts.values():
        total.update(counts)
    return {
        "source": source.name,
        "format": table.format,
        "encoding": table.encoding,
        "shape": shaped.shape,
        "columns": shaped.columns.model_dump(),
        "why": shaped.why,
        "task": shaped.task,
        "labels": [label for label, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))],
        "rows": len(table.rows) + len(table.bad_rows),
        "kept": len(cleaned.examples),
        "removed": len(table.rows) + len(table.bad_rows) - len(cleaned.examples),
        "splits": {name: len(examples) for name, examples in parts.items()},
        "problems": [problem.as_dict() for problem in problems(table, shaped, cleaned, shares)],
        "steps": [step.as_dict() for step in cleaned.steps],
        "label_counts": label_counts,
    }


def token_lengths(examples: list[Example], tokenizer: ChatTokenizer) -> dict[str, Any]:
    """{"median", "p95", "max", "longest_row", "tokenizer"} of all examples of a dataset, the last the tokenizer's fingerprint."""
    return tokens.summary(tokenizer.lengths(examples), examples) | {"tokenizer": tokenizer.fingerprint}


def _identity(source: Path, spec: DataSpec, task: Task | None) -> str:
    """sha256 of what decides the content: the source's bytes and kind, the settings but not the source's place, the task, our format."""
    values = {
        "format": FORMAT,
        "source": _sha256(source),
        "kind": source.suffix.lower(),
        "spec": spec.model_dump(mode="json", exclude={"source"}),
        "task": task,
    }
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
