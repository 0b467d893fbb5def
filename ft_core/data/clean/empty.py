"""Empty cells: rows without a prompt or an answer."""

from collections.abc import Sequence

from ft_core.data.clean.step import Found, Step
from ft_core.settings.example import Example

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def blank(text: str) -> bool:
    """True for a text without any visible character."""
    return not text.strip().strip(_INVISIBLE).strip()


def find(examples: Sequence[Example]) -> Found:
    """Examples whose question or answer is blank."""
    found = Found()
    for place, example in enumerate(examples):
        missing = [part for part, text in (("prompt", example.question), ("answer", example.answer)) if blank(text)]
        if missing:
            found.places.append(place)
            there = "" if len(missing) == 2 else example.question if missing == ["answer"] else example.answer
            found.sample(f"no {' and no '.join(missing)}: {there}".rstrip(": "), "")
    return found


STEP = Step(
    "Empty cells",
    "A row without a prompt or an answer teaches nothing.",
    {"fix": "These rows are left out"},
    find,
)
