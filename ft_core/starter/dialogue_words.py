"""Words for the chat stage: reading the two data files, picking and filling in."""

import functools
import re
import tomllib
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

HERE = Path(__file__).parent
NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
FIELD = re.compile(r"\{(an_)?(\w+)\}")


class Piece(NamedTuple):
    """One to four exchanges (question, answer) that belong together, before they become a dialogue."""

    turns: list[tuple[str, str]]
    system: str | None = None
    exact: bool = True  # the question must stay as it is: its spelling matters for the answer
    style: bool = False  # the answers may be rewritten in another voice


@functools.cache
def data() -> dict[str, Any]:
    """Both data files as one mapping."""
    loaded: dict[str, Any] = {}
    for name in ("dialogues.toml", "dialogue_lines.toml"):
        loaded |= tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    return loaded


@functools.cache
def words(name: str) -> tuple[str, ...]:
    """A word list of the data file."""
    return tuple(split(data()["words"][name]))


def split(line: str) -> list[str]:
    """The entries of a comma-separated line."""
    return [entry.strip() for entry in line.split(",")]


def an(noun: str) -> str:
    """The noun with its article."""
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """The text with a small first letter, unless it starts with the word I."""
    return text if re.match(r"I\b", text) else text[:1].lower() + text[1:]


def listed(items: list[str], last: str = "and") -> str:
    """a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def invented(rng: Random) -> str:
    """A word that nobody knows, so that it can only be copied."""
    while True:
        parts = [rng.choice(words("starts")), rng.choice(words("middles")), rng.choice(words("ends"))]
        if rng.random() < 0.35:
            parts = [rng.choice(words("starts")), rng.choice(words("middles")), *parts]
        word = "".join(parts)
        if not any(bad in word for bad in words("unfit")):
            return word


def person(rng: Random) -> tuple[str, str, str]:
    """(name, he or she, his or her); the name is an invented one every third time."""
    girl = rng.random() < 0.5
    name = capital(invented(rng)) if rng.random() < 0.33 else rng.choice(words("girls" if girl else "boys"))
    return (name, "she", "her") if girl else (name, "he", "his")


def place(rng: Random) -> str:
    """A town, half of them invented here and now."""
    if rng.random() < 0.5:
        return rng.choice(words("places"))
    return capital(invented(rng)) + rng.choice(["", "ton", "ville", " Hill", " Bay"])


# The word list of each {field} whose name is not just the list's name without its s.
OTHER_LISTS = {"thing": "wild", "food": "food", "where": "where", "when": "when"}


def list_of(field: str) -> tuple[str, ...]:
    """The words that may stand for a {field}."""
    return words(OTHER_LISTS.get(field, field + "s"))


def fill(text: str, rng: Random, chosen: dict[str, str] | None = None) -> str:
    """Replace each {field}: by the chosen word, else by a random one of its list; {an_field} adds the article."""
    chosen = chosen or {}

    def one(match: re.Match[str]) -> str:
        word = chosen.get(match[2]) or rng.choice(list_of(match[2]))
        return an(word) if match[1] else word

    filled = FIELD.sub(one, text)
    filled = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", filled)
    return capital(filled) if not filled.startswith('"') else filled
