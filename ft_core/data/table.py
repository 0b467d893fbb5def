"""A Table: what every reader makes of a file, column by column. Text stays as it is written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
BadRows = list[tuple[int, str]]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Table:
    """The rows of a file, as columns of one length. A cell is text, or a list or dict (whole conversations); a missing cell is "".

    `numbers` holds each row's place in the file, counted from 1 without the header, and `bad_rows` (place, reason) those left
    out. `header` is False when the columns had to be named by us.
    """

    cells: dict[str, list[Any]]
    format: str
    encoding: str | None
    bad_rows: BadRows
    numbers: list[int]
    header: bool = True

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
    """A Table of (number, row) pairs whose rows may lack keys: `columns`, then all other keys in the order they first appear."""
    cells: dict[str, list[Any]] = {name: [] for name in columns}
    numbers: list[int] = []
    for number, row in rows:
        for key, value in row.items():
            column = cells.get(key)
            if column is None:
                column = cells[key] = [""] * len(numbers)
            column.append(clean_cell(value))
        numbers.append(number)
        for column in cells.values():
            if len(column) < len(numbers):
                column.append("")
    return Table(cells, kind, encoding, bad_rows, numbers, header)


def clean_cell(value: Any) -> Any:
    """A cell as the project holds it: text, or a list or dict of such; None -> "". Half characters, which no file can hold, become U+FFFD."""
    if isinstance(value, str):
        return value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value)
    if value is None or value != value:  # NaN is the one value that is not equal to itself
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return {clean_cell(str(key)): clean_cell(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean_cell(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
