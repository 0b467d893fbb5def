"""What tests of data are made of: examples, and the rows of a table."""

from ft_core.data.table import Row, Table
from ft_core.settings.example import Example, Message


def pairs(*rows: tuple[str, str]) -> list[Example]:
    """One example for each (question, answer), numbered from 1."""
    return [Example(row, (Message("user", q), Message("assistant", a))) for row, (q, a) in enumerate(rows, start=1)]


def rows(table: Table) -> list[Row]:
    """The rows as dicts."""
    return [dict(zip(table.cells, row, strict=True)) for row in zip(*table.cells.values(), strict=True)]
