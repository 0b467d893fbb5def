"""Documents: long texts -> passages short enough to ask about, each whole paragraphs under its heading."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ft_core.data.augment.sentences import sentences
from ft_core.data.read.files import read
from ft_core.errors import FTError

MAX_WORDS = 150
MIN_WORDS = 8  # fewer say nothing that could be asked about
_WHOLE = ("text", "markdown", "pdf", "docx")  # formats whose rows are paragraphs or pages of one document
_HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*|(\S.*)\n\s*(?:=+|-+)\s*")
_GAP = re.compile(r"\n\s*\n")
_MAX_HEADING_WORDS = 14


@dataclass(frozen=True)
class Document:
    """A text and where it is from: a file's name, with the row where a file holds several texts."""

    title: str
    text: str


@dataclass(frozen=True)
class Passage:
    """Paragraphs of a document under one heading ("" where there is none)."""

    title: str
    heading: str
    text: str


def load(path: Path) -> list[Document]:
    """The texts of a file: one of a whole document, else one in each row, from the column with the longest texts.

    Raises the FTErrors of reading, and `documents.empty`.
    """
    table = read(path)
    column = max(table.columns, key=lambda name: sum(len(cell) for cell in table.cells[name] if _is_text(cell)))
    texts = [(number, cell) for number, cell in zip(table.numbers, table.cells[column], strict=True) if _is_text(cell)]
    if table.format in _WHOLE:
        found = [Document(path.name, "\n\n".join(text for _, text in texts))]
    else:
        found = [Document(f"{path.name}, row {number}", text) for number, text in texts]
    if not any(document.text.strip() for document in found):
        raise FTError(
            "documents.empty",
            f"{path.name} holds no text.",
            "None of its rows has a text to ask about.",
            "Choose a document with paragraphs of text.",
        )
    return found


def passages(document: Document, max_words: int = MAX_WORDS) -> list[Passage]:
    """The document in order, no part twice: paragraphs of one heading together up to `max_words`, a longer one by its sentences.

    Passages of fewer than 8 words are left out.
    """
    found: list[Passage] = []
    for heading, parts in _sections(document.text):
        held: list[str] = []
        for piece in (piece for part in parts for piece in _pieces(part, max_words)):
            if held and _words([*held, piece]) > max_words:
                found.append(Passage(document.title, heading, "\n\n".join(held)))
                held = []
            held.append(piece)
        if held:
            found.append(Passage(document.title, heading, "\n\n".join(held)))
    return [passage for passage in found if _words([passage.text]) >= MIN_WORDS]


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each heading with the paragraphs below it."""
    heading, parts = "", []
    for block in _GAP.split(text.replace("\r\n", "\n").replace("\r", "\n")):
        first, _, rest = block.strip().partition("\n")
        underlined = _HEADING.fullmatch(f"{first}\n{rest.partition(chr(10))[0]}") if rest else None
        match = _HEADING.fullmatch(first) or (underlined if underlined and underlined[2] else None)
        found = (match[1] or match[2]).strip() if match else first if _stands_alone(first, rest) else ""
        if not found:
            parts.append(block.strip())
            continue
        if parts:
            yield heading, [part for part in parts if part]
        body = rest.partition("\n")[2] if match and match[2] else rest
        heading, parts = found, [body.strip()]
    yield heading, [part for part in parts if part]


def _stands_alone(first: str, rest: str) -> bool:
    """A short line by itself that ends as no sentence ends, or that asks: a heading in plain text."""
    short = 0 < len(first.split()) <= _MAX_HEADING_WORDS
    return (
        short and not rest and not first.endswith((".", "!", ",", ";")) and not first.startswith(("-", "*", "|", ">"))
    )


def _pieces(paragraph: str, max_words: int) -> Iterator[str]:
    """A paragraph in pieces of whole sentences; one sentence that is too long for itself is cut between words."""
    if _words([paragraph]) <= max_words:
        yield paragraph
        return
    held: list[str] = []
    for sentence in sentences(paragraph):
        words = sentence.split()
        for start in range(0, len(words), max_words):
            part = sentence if len(words) <= max_words else " ".join(words[start : start + max_words])
            if held and _words([*held, part]) > max_words:
                yield " ".join(held)
                held = []
            held.append(part)
    if held:
        yield " ".join(held)


def _words(texts: list[str]) -> int:
    return sum(len(text.split()) for text in texts)


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str)
