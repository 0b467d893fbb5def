"""Plain text and Markdown: paragraphs as rows of one column, `text`."""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ft_core.data.read import csv_file
from ft_core.data.read import encoding as encodings
from ft_core.data.read.records import HEADER_WORDS
from ft_core.data.table import Table, table_of

_LOOKED_AT = 200  # lines
_HEADING = re.compile(r"#{1,6} \S")


def read(file: BinaryIO, name: str, kind: str) -> Table:
    """One row a paragraph: what stands between blank lines. A Markdown heading belongs to the paragraph that follows it.

    Raises FTError `data.unreadable`.
    """
    encoding = encodings.detect(file)
    lines = encodings.lines(file, encoding, name)
    found = enumerate(_paragraphs(lines, headings=kind == "markdown"), start=1)
    return table_of(
        ((number, {"text": text}) for number, text in found), [], kind, encodings.shown(encoding), header=False, columns=["text"]
    )  # fmt: skip


def is_table(file: BinaryIO, name: str) -> bool:
    """True for a text whose lines all have as many fields: between tabs, semicolons or bars, or between commas below a header that says so."""
    encoding = encodings.detect(file)
    lines = [line for line in csv_file.sample(encodings.lines(file, encoding, name)) if line.strip()][:_LOOKED_AT]
    if len(lines) < 3:
        return False
    delimiter, share, width = csv_file.sniff(lines, tab_first=True)
    if width < 2 or share < 1:
        return False
    header = {cell.strip().strip('"').lower() for cell in lines[0].split(delimiter)}
    return delimiter != "," or bool(header & HEADER_WORDS)


def _paragraphs(lines: Iterable[str], headings: bool) -> Iterator[str]:
    gathered: list[str] = []
    for line in lines:
        if line.strip():
            gathered.append(line.rstrip())
            continue
        if not gathered or (headings and _HEADING.match(gathered[-1])):
            continue
        yield "\n".join(gathered)
        gathered = []
    if gathered:
        yield "\n".join(gathered)
