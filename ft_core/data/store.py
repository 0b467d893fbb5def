"""The store: a dataset version is a folder that never changes. Runs point to it by id and sha256.

<datasets>/<id>/ holds train.parquet, validation.parquet, test.parquet, report.json and dataset.json. It is built under another
name and renamed when whole, so a folder that exists is complete.
"""

import hashlib
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from ft_core.errors import FTError
from ft_core.files import read_json, write_json
from ft_core.settings.data import DataSpec
from ft_core.settings.example import Example, Message
from ft_core.settings.project import Task

_TEXT = pyarrow.string()
_MESSAGES = pyarrow.list_(pyarrow.struct([("role", _TEXT), ("content", _TEXT), ("tool_calls", pyarrow.list_(_TEXT))]))
_SCHEMA = pyarrow.schema(
    [
        ("row", pyarrow.int64()),
        ("messages", _MESSAGES),
        ("tools", _TEXT),
        ("rejected", _MESSAGES),
        ("part", _TEXT),
        ("generated", pyarrow.bool_()),
    ]
)
_UNFINISHED = re.compile(r"\..+\.[a-z0-9_]{8}")  # the names that `write` builds under
_ABANDONED = 3600.0  # seconds without a change
_BATCH = 20_000  # examples that are turned into a Parquet row group at once


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

    @property
    def source_sha256(self) -> str | None:
        """Of the source's bytes alone: versions that share it have the same rows under the same numbers. None in the first datasets."""
        return self._values.get("source_sha256")

    @property
    def created(self) -> datetime:
        """When it was stored, UTC."""
        return datetime.fromtimestamp((self.folder / "dataset.json").stat().st_mtime, UTC)

    @cached_property
    def report(self) -> dict[str, Any]:
        """What was found in the data and done about it, as `report.json` holds it."""
        return read_json(self.folder / "report.json")

    def examples(self, split: str) -> list[Example]:
        """The examples of `train`, `validation` or `test`, in their stored order. Raises FTError `data.changed`."""
        return [example_of(row) for batch in self.batches(split) for row in batch.to_pylist()]

    def uses(self, column: str) -> bool:
        """True when an example of any split has something in this column of the stored files."""
        return any(
            any(batch.column(column).to_pylist())
            for split in self.counts
            for batch in parquet.ParquetFile(self.folder / f"{split}.parquet").iter_batches(columns=[column])
        )

    def batches(self, split: str) -> Iterator[pyarrow.RecordBatch]:
        """The same as they are stored: columns `row`, `messages`, `part`. Raises FTError `data.changed`."""
        path = self.folder / f"{split}.parquet"
        if not path.is_file() or sha256(path) != self._values["files"][path.name]:
            raise FTError(
                "data.changed",
                f"Dataset {self.id} is damaged.",
                f"{path.name} is missing or not as it was when the dataset was made.",
                f"Delete the folder {self.folder} and prepare the data again.",
            )
        yield from parquet.ParquetFile(path).iter_batches()


def versions(datasets: Path) -> list[Dataset]:
    """All dataset versions under a person's folder of datasets, newest first."""
    folders = datasets.iterdir() if datasets.is_dir() else ()
    found = [Dataset(folder) for folder in folders if folder.name[0] != "." and (folder / "dataset.json").is_file()]
    return sorted(found, key=lambda dataset: (dataset.created, dataset.id), reverse=True)


def write(folder: Path, parts: dict[str, list[Example]], report: dict[str, Any], values: dict[str, Any]) -> None:
    """Store a dataset version whole or not at all. `values` is what `dataset.json` holds beside the checksums of the files."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder.parent)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        files = {}
        for name, examples in parts.items():
            path = building / f"{name}.parquet"
            with parquet.ParquetWriter(path, _SCHEMA, compression="zstd") as file:
                for start in range(0, len(examples), _BATCH):
                    rows = [_row(example) for example in examples[start : start + _BATCH]]
                    file.write_batch(pyarrow.RecordBatch.from_pylist(rows, schema=_SCHEMA))
            files[path.name] = sha256(path)
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


def _remove_leftovers(datasets: Path) -> None:
    """What a write left that was killed an hour ago or earlier; a younger one may still be at work."""
    for folder in datasets.glob(".*"):
        if _UNFINISHED.fullmatch(folder.name) and folder.is_dir():
            with suppress(FileNotFoundError):  # another write has just finished it
                times = [path.stat().st_mtime for path in (folder, *folder.iterdir())]
                if time.time() - max(times) > _ABANDONED:
                    shutil.rmtree(folder, ignore_errors=True)


def _row(example: Example) -> dict[str, Any]:
    return {
        "row": example.row,
        "messages": _plain(example.messages),
        "tools": example.tools,
        "rejected": _plain(example.rejected),
        "part": example.part,
        "generated": example.generated,
    }


def _plain(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
    return [{"role": one.role, "content": one.content, "tool_calls": one.tool_calls} for one in messages]


def example_of(row: dict[str, Any]) -> Example:
    """A stored row. Datasets of earlier versions have neither tools nor what came with them."""
    return Example(
        row["row"],
        _messages(row["messages"]),
        row.get("tools", ""),
        _messages(row.get("rejected", [])),
        row.get("part", ""),
        row.get("generated", False),
    )


def _messages(stored: list[dict[str, Any]]) -> tuple[Message, ...]:
    return tuple(
        Message(message["role"], message["content"], tuple(message.get("tool_calls", ()))) for message in stored
    )


def sha256(path: Path) -> str:
    """Of a file's bytes, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
