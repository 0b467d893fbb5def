"""Labels that are numbers, and the words that they stand for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ft_core.data.shape.messages import plain
from ft_core.data.table import Table
from ft_core.settings.example import Example, Message

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_COMPANION = re.compile(r"(?:.*[_ .-])?(?:text|names?|str|string|title|word|description)(?:[_ .-]label)?")


def only_numbers(labels: Iterable[str]) -> bool:
    """True when there are labels and every one is a bare number."""
    found = [_NUMBER.fullmatch(label.strip()) is not None for label in labels]
    return bool(found) and all(found)


def companion(table: Table, answer: str) -> tuple[str, dict[str, str]] | None:
    """The column whose name says that it names the numbers of `answer` (label_text, label_name), one-to-one, and number -> name. None if there is none."""
    for column in table.columns:
        if column != answer and _may_name(column.strip().lower(), answer.strip().lower()):
            names = _one_to_one(map(plain, table.cells[answer]), map(plain, table.cells[column]))
            if names and not only_numbers(names.values()):
                return column, names
    return None


def named(examples: Sequence[Example], names: Mapping[str, str]) -> list[Example]:
    """The examples with each answer that has a name replaced by it."""
    return [
        replace(example, messages=(*example.prompt, Message("assistant", names[answer])))
        if (answer := example.answer) in names
        else example
        for example in examples
    ]


def _may_name(column: str, answer: str) -> bool:
    return column.startswith(answer) or _COMPANION.fullmatch(column) is not None


def _one_to_one(numbers: Iterable[str], names: Iterable[str]) -> dict[str, str] | None:
    """number -> name, when each number always has the same name and each name the same number; None when not."""
    found: dict[str, str] = {}
    back: dict[str, str] = {}
    for number, name in zip(numbers, names, strict=True):
        if not number.strip():
            continue
        if not name.strip() or found.setdefault(number, name) != name or back.setdefault(name, number) != number:
            return None
    return found or None
