"""Duplicates: rows that are the same once case and white space are evened out."""

from collections.abc import Sequence

from ft_core.data.clean.step import Found, Step
from ft_core.data.vocabulary import normalise
from ft_core.settings.example import Example


def find(examples: Sequence[Example]) -> Found:
    """Later copies of an example; the first one stays."""
    found = Found()
    seen: dict[tuple[str, ...], int] = {}
    for place, example in enumerate(examples):
        first = seen.setdefault(_key(example), place)
        if first != place:
            found.places.append(place)
            found.sample(example.question, f"the same as row {examples[first].row}")
    return found


def _key(example: Example) -> tuple[str, ...]:
    return tuple(f"{message.role}:{normalise(message.text)}" for message in example.messages)


STEP = Step(
    "Identical rows",
    "A row in both training and test makes the test easier than real use.",
    {"fix": "One of each is kept"},
    find,
)
