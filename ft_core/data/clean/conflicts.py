"""Conflicts: one text with different answers. Of two labels one is wrong; two answers in words may both be good, so a person decides."""

from collections import defaultdict
from collections.abc import Sequence

from ft_core.data.clean.step import Found, Step
from ft_core.data.vocabulary import normalise
from ft_core.settings.example import Example


def find(examples: Sequence[Example]) -> Found:
    """All examples of a text that has more than one answer. A sample is the text and its answers."""
    by_text: dict[str, list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        by_text[normalise(example.prompt_text)].append(place)
    found = Found()
    for places in by_text.values():
        answers = sorted({examples[place].answer for place in places})
        if len(answers) > 1:
            found.places += places
            first = examples[places[0]]
            found.sample(first.question, " / ".join(answers))
    found.places.sort()
    return found


STEP = Step(
    "One text, different answers",
    "The same text has different answers. Of different labels at least one is wrong; answers in words may all be good, so read them.",
    {"drop": "All rows of these texts are left out"},
    find,
)
