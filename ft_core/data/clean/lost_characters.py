"""Lost characters: those that a file has lost already, and those that the base model's tokenizer cannot write."""

import re
from collections.abc import Iterator, Sequence

from ft_core.data.clean.step import Found, Step
from ft_core.data.tokens import Window
from ft_core.settings.example import Example

_GONE = "\ufffd"  # what programs write for bytes that are no character
_SHOWN = 8  # characters named in the detail
_AROUND = 40  # characters shown on either side


def step(window: Window | None) -> Step:
    """The step for a base model's tokenizer; without one, only what the file itself has lost is found."""
    return Step(
        "Characters that get lost",
        f"A model learns nothing from a character that is not there: {_GONE} stands for one that a file has lost, "
        "and some base models cannot write every character.",
        {"drop": "These rows are left out"},
        lambda examples: _find(examples, window),
    )


def _find(examples: Sequence[Example], window: Window | None) -> Found:
    """Rows in whose messages, system prompts aside, such a character is. A sample shows its surroundings."""
    found = Found()
    unwritten: set[str] = set()
    if window is not None:
        letters: set[str] = set()
        for _, text in _texts(examples):
            letters.update(text)
        unwritten = window.tokenizer.lost(letters - {_GONE})
    lost = re.compile(f"[{re.escape(''.join((_GONE, *sorted(unwritten))))}]")
    gone: set[int] = set()
    unwritable: set[int] = set()
    for place, text in _texts(examples):
        if not unwritten and _GONE not in text:
            continue
        for match in lost.finditer(text):
            if place not in gone and place not in unwritable:
                found.sample(
                    text[max(0, match.start() - _AROUND) : match.end() + _AROUND], f"{_named(match[0])} is lost"
                )
            (gone if match[0] == _GONE else unwritable).add(place)
    found.places = sorted(gone | unwritable)
    parts = []
    if gone:
        parts.append(f"{_rows(len(gone))} {_GONE}.")
    if unwritable:
        shown = " ".join(_named(letter) for letter in sorted(unwritten)[:_SHOWN])
        more = f" and {len(unwritten) - _SHOWN:,} more" if len(unwritten) > _SHOWN else ""
        parts.append(f"{_rows(len(unwritable))} what this base model cannot write: {shown}{more}.")
    found.detail = " ".join(parts)
    return found


def _texts(examples: Sequence[Example]) -> Iterator[tuple[int, str]]:
    return (
        (place, message.content)
        for place, example in enumerate(examples)
        for message in example.messages
        if message.role != "system"
    )


def _named(letter: str) -> str:
    return "line breaks" if letter == "\n" else letter


def _rows(count: int) -> str:
    return f"{count:,} row{' holds' if count == 1 else 's hold'}"
