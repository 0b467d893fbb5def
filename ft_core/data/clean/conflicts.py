"""Conflicts: one text with different labels. Several good answers to one question are no fault, so only labels are looked at."""

from collections import defaultdict
from collections.abc import Sequence

from ft_core.data.clean.step import Found, Step
from ft_core.data.vocabulary import normalise
from ft_core.settings.example import Example


def find(examples: Sequence[Example]) -> Found:
    """All examples of a text that has more than one label. A sample is the text and its labels."""
    by_text: dict[str, list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        by_text[normalise(example.prompt_text)].append(place)
    found = Found()
    for places in by_text.values():
        labels = sorted({examples[place].answer for place in places})
        if len(labels) > 1:
            found.places += places
            first = examples[places[0]]
            found.sample(first.question, " / ".join(labels))
    found.places.sort()
    return found


STEP = Step(
    "One text, different answers",
    "The same text has different answers, so at least one is wrong for every one of them.",
    {"drop": "All rows of these texts are left out"},
    find,
    labels_only=True,
)
