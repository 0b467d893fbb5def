"""Several tables as one: columns joined by name, row numbers running on."""

import re
from typing import Any

from ft_core.data.table import Table, require_width
from ft_core.errors import FTError

_SHOWN = 10  # columns in a message
# `train.csv` beside `test.csv`, `validation-00001-of-2.parquet`, and what `hub_dataset` calls its files: `any_name--00000.parquet`.
_SPLIT = re.compile(
    r"(?:(?P<ours>.+)--\d{5}|(?P<known>train|training|validation|valid|val|dev|test|eval|evaluation)(?:[-_.].*)?)\.[a-z.]+",
    re.IGNORECASE,
)


def join(tables: list[tuple[str, Table]]) -> Table:
    """The rows of all tables, each with the name of its file. A cell that a file has no column for is "".

    Files that are called after splits give a column `split`, unless there is one. Raises FTError `data.too_large`, and
    `data.columns` for a file that shares no column with those before it: half of the cells would be empty.
    """
    if len(tables) == 1:
        return tables[0][1]
    _require_one_kind(tables)
    columns = list(dict.fromkeys(column for _, table in tables for column in table.columns))
    splits = splits_of([name for name, _ in tables]) if "split" not in columns else None
    require_width(len(columns) + 1)
    cells: dict[str, list[Any]] = {column: [] for column in columns}
    numbers: list[int] = []
    bad: list[tuple[int, str]] = []
    notes: list[str] = []
    start = 0
    for name, table in tables:
        rows = len(table)
        for column in columns:
            cells[column] += table.cells.get(column) or [""] * rows
        numbers += [start + number for number in table.numbers]
        bad += [(start + number, f"{name}, row {number}: {reason}") for number, reason in table.bad_rows]
        last = max([*table.numbers[-1:], *(number for number, _ in table.bad_rows[-1:])], default=0)
        notes += [f"Rows {start + 1:,} to {start + last:,} are those of {name}.", *table.notes]
        start += last
    if splits:
        cells["split"] = [split for split, (_, table) in zip(splits, tables, strict=True) for _ in range(len(table))]
    return Table(
        cells,
        _together([table.format for _, table in tables]) or "",
        _together([table.encoding for _, table in tables if table.encoding]),
        bad,
        numbers,
        all(table.header for _, table in tables),
        tuple(notes),
    )


def _require_one_kind(tables: list[tuple[str, Table]]) -> None:
    first, seen = tables[0][0], list(tables[0][1].columns)
    for name, table in tables[1:]:
        if not set(table.columns) & set(seen):
            raise FTError(
                "data.columns",
                f"{name} does not belong to {first}.",
                f"No column is in both: it has {_listed(table.columns)}, where the others have {_listed(seen)}.",
                "Choose one of them alone, or give the same columns the same names in both.",
            )
        seen += table.columns


def _listed(columns: list[str]) -> str:
    return ", ".join(f"`{name[:60]}`" for name in list(dict.fromkeys(columns))[:_SHOWN])


def splits_of(names: list[str]) -> list[str] | None:
    """The split that each file is called after, whatever folder it is in; None unless all are, and after more than one."""
    found = [_SPLIT.fullmatch(name.replace("\\", "/").rsplit("/", 1)[-1]) for name in names]
    splits = [(match["ours"] or match["known"].lower()) for match in found if match]
    return splits if len(splits) == len(names) and len(set(splits)) > 1 else None


def _together(values: list[str]) -> str | None:
    return ", ".join(dict.fromkeys(values)) or None
