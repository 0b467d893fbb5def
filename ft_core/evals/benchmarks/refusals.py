"""What is wrong with a benchmark's file, in words and with the numbers of its rows."""

import json
from pathlib import Path
from typing import Any

from ft_core.errors import FTError

_SHOWN = 3
Faults = list[tuple[int, str]]  # (row number from 1, what is wrong with it)


def refuse(path: Path, title: str, faults: Faults, layout: str) -> FTError:
    """FTError `benchmarks.schema`; `layout` says what a row should be."""
    told = " ".join(f"Row {row}: {fault}." for row, fault in faults[:_SHOWN])
    more = f" So are {len(faults) - _SHOWN} more rows." if len(faults) > _SHOWN else ""
    return FTError(
        "benchmarks.schema",
        f"{path.name} does not hold {title} as it should.",
        f"{told}{more} {layout}",
        "Correct these rows or take the original file, or leave Benchmark folder out to take the rows from the Hub.",
    )


def empty(path: Path, title: str) -> FTError:
    """FTError `benchmarks.schema` for a file without rows."""
    return FTError(
        "benchmarks.schema",
        f"{path.name} holds no questions of {title}.",
        "The file is empty.",
        "Put the original file in its place, or leave Benchmark folder out to take the rows from the Hub.",
    )


def text(path: Path, title: str) -> str:
    """What a file holds. Raises FTError `benchmarks.schema` when it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        row = path.read_bytes()[: error.start].count(b"\n") + 1
        raise refuse(path, title, [(row, "is not text in UTF-8")], "The file is read as text in UTF-8.") from error


def objects(path: Path, title: str, layout: str) -> list[dict[str, Any]]:
    """The objects of a JSONL file, one a line; empty lines at its end are left out. Raises FTError `benchmarks.schema`."""
    rows, faults = [], []
    for number, line in enumerate(text(path, title).rstrip().split("\n"), start=1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if isinstance(row, dict):
            rows.append(row)
        elif line.strip() or number > 1:
            faults.append((number, "is not a JSON object"))
    if faults:
        raise refuse(path, title, faults, layout)
    if not rows:
        raise empty(path, title)
    return rows


def is_texts(value: Any, least: int = 1) -> bool:
    """True for a list of at least `least` texts, none empty."""
    return isinstance(value, list) and len(value) >= least and all(isinstance(x, str) and x.strip() for x in value)
