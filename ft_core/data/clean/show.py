"""Show what cleaning did to a text: the place of the change, and word by word what went and what came; nothing private whole."""

import difflib
import re
from typing import Literal

from ft_core.data.clean import private_text, secrets

_LENGTH = 300  # characters that fit a table
_BEFORE = 60  # characters shown before the first change
_WORDS = re.compile(r"\s+|[^\s]+")

Change = tuple[str, Literal["removed", "added"] | None]


def excerpts(before: str, after: str) -> tuple[str, str]:
    """Both texts cut to 300 characters, around their first difference; "…" stands for what is not shown.

    An `after` that has nothing to do with `before`, such as "" or "row 3 stays", is cut at its end alone.
    """
    start = max(0, _same(before, after) - _BEFORE)
    if start:
        # A whole word to begin with, where one is near.
        space = before.find(" ", start, start + _BEFORE // 2)
        start = space + 1 if space >= 0 else start
    return _cut(before, start), _cut(after, start)


def discreet(text: str) -> str:
    """The text with no more than two characters of each secret and of each piece of private data: reports are kept and passed on."""
    return private_text.hide(secrets.hide(text, _covered), lambda _, found: _covered(found))


def changes(before: str, after: str) -> list[Change]:
    """Both texts as one: pieces in order, each with what happened to it; None for what stayed. Whole words, by difflib.

    For texts as `excerpts` gives them: the time grows with the product of their lengths.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Change] = []
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(("".join(old[start:end]), None))
            continue
        if start < end:
            pieces.append(("".join(old[start:end]), "removed"))
        if new_start < new_end:
            pieces.append(("".join(new[new_start:new_end]), "added"))
    return pieces


def _covered(text: str) -> str:
    return f"{text[:2]}•••"


def _same(before: str, after: str) -> int:
    """How many characters at the start of both are the same."""
    # By halves: texts may be millions of characters long.
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(text: str, start: int) -> str:
    left = "…" if start and text else ""
    room = _LENGTH - len(left)
    rest = text[start:]
    return left + (rest if len(rest) <= room else rest[: room - 1] + "…")
