"""Tables, and the person's texts and paths: shown as they are, never as markup and never as a command to the terminal."""

import shlex
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Column, Table


def new_table(*columns: str | Column) -> Table:
    """An empty table with these columns, as all of ours look."""
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)


def print_table(table: Table) -> None:
    """The table on standard output."""
    Console(markup=False, highlight=False, emoji=False).print(table)


def inert(text: str) -> str:
    """A text of data on a terminal: control characters, which could move its cursor or hide what is there, are shown as ␛."""
    plain = "".join(letter if letter.isprintable() or letter == "\n" else "␛" for letter in text)
    return plain.replace("\n", "\n          ")


def quoted(path: Path) -> str:
    """A path as it is typed into a command."""
    return shlex.quote(str(path))
