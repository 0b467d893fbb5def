"""A Table: what every reader makes of a file, column by column. Text stays as it is written."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ft_core.data.read.refusals import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT
from ft_core.errors import FTError

Row = dict[str, Any]
BadRows = list[tuple[int, str]]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Literal(str):
    """A number, true, false or null (written as "") of a file that tells them from text: a text like any other, but a tool's call needs the value."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """The rows of a file, as columns of one length. A cell is text, or a list or dict (whole conversations); a missing cell is "".

    `numbers` holds each row's place in the file, counted from 1 without the header, and `bad_rows` (place, reason) those left
    out. `header` is False when the columns had to be named by us. `notes` are sentences about what was chosen while reading: which sheet,
    which files.
    """

    cells: dict[str, list[Any]]
    format: str
    encoding: str | None
    bad_rows: BadRows
    numbers: list[int]
    header: bool = True
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Rows that could be read."""
        return len(next(iter(self.cells.values()), ()))

    @property
    def columns(self) -> list[str]:
        """Names, in the order of the file."""
        return list(self.cells)


def table_of(
    rows: Iterable[tuple[int, Row]],
    bad_rows: BadRows,
    kind: str,
    encoding: str | None,
    header: bool = True,
    columns: Iterable[str] = (),
) -> Table:
    """A Table of (number, row) pairs whose rows may lack keys: `columns`, then all other keys in the order they first appear.

    Rows with a text that is too long for any model are added to `bad_rows`. Raises FTError `data.too_large` for too many columns or cells.
    """
    cells: dict[str, list[Any]] = {name: [] for name in columns}
    numbers: list[int] = []
    missing = 0
    for number, row in rows:
        require_length(number)
        if long := too_long(row.values()):
            bad_rows.append((number, long))
            continue
        for key, value in row.items():
            column = cells.get(key)
            if column is None:
                column = cells[key] = []
                require_width(len(cells))
            gap = len(numbers) - len(column)
            if gap:
                missing += gap
                _require_cells(missing)
                column.extend([""] * gap)
            column.append(clean_cell(value))
        numbers.append(number)
    _require_cells(len(numbers) * len(cells))
    for column in cells.values():
        column.extend([""] * (len(numbers) - len(column)))
    bad_rows.sort()
    return Table(cells, kind, encoding, bad_rows, numbers, header)


_NULL, _TRUE, _FALSE = Literal(""), Literal("true"), Literal("false")


def value_of(cell: Any) -> Any:
    """A cell of `clean_cell` with its numbers, truths and nulls as JSON has them: what a tool's call or definition is written from."""
    if isinstance(cell, Literal):
        return json.loads(cell) if cell else None
    if isinstance(cell, dict):
        return {key: value_of(inner) for key, inner in cell.items()}
    return [value_of(inner) for inner in cell] if isinstance(cell, list) else cell


def with_notes(table: Table, *notes: str) -> Table:
    """The table with further sentences about how it was read."""
    return replace(table, notes=(*table.notes, *notes))


def too_long(values: Iterable[Any]) -> str | None:
    """Why a row cannot be used whose cells hold a text of more than MAX_TEXT characters; None when it can."""
    for value in values:
        if isinstance(value, str) and len(value) > MAX_TEXT:
            return f"a text of {len(value):,} characters; up to {MAX_TEXT:,} are read"
    return None


def require_width(columns: int) -> None:
    """Raise FTError `data.too_large` when there are more columns than any table of examples has."""
    if columns > MAX_COLUMNS:
        raise FTError(
            "data.too_large",
            "The file has too many columns.",
            f"It has {columns:,} or more; up to {MAX_COLUMNS:,} are read.",
            "Leave out the columns that are neither question nor answer, and check that each line is one row.",
        )


def require_length(rows: int) -> None:
    """Raise FTError `data.too_large` when there are more rows than are read."""
    if rows > MAX_ROWS:
        raise FTError(
            "data.too_large",
            "The file has too many rows.",
            f"It has more than {MAX_ROWS:,}; up to that many are read.",
            "Choose a part of it: a few thousand rows are plenty for a first fine-tuning.",
        )


def _require_cells(cells: int) -> None:
    if cells > MAX_CELLS:
        raise FTError(
            "data.too_large",
            "The file has too many cells.",
            f"Its rows and columns make {cells:,} cells or more, most of them empty; up to {MAX_CELLS:,} are read.",
            "Leave out the columns that are neither question nor answer.",
        )


def clean_cell(value: Any) -> Any:
    """A cell as the project holds it: text, or a list or dict of such; None -> "". Half characters, which no file can hold, become U+FFFD."""
    if isinstance(value, str):
        return value if value.isascii() else _whole_characters(value)
    if value is None or value != value:  # NaN is the one value that is not equal to itself
        return _NULL
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    if isinstance(value, int | float):
        return Literal(value)
    if isinstance(value, dict):
        return {clean_cell(str(key)): clean_cell(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean_cell(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _whole_characters(text: str) -> str:
    try:
        text.encode()  # ten times as fast as to search
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text)
    return text
