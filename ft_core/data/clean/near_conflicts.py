"""Near conflicts: texts that share at least 80 % of their words and have different labels. One of them may be labelled wrong."""

from collections.abc import Sequence

from ft_core.data.clean.step import MAX_PAIRS, Found, Step
from ft_core.data.similar import across
from ft_core.data.vocabulary import Vocabulary, normalise
from ft_core.settings.example import Example


def step(vocabulary: Vocabulary) -> Step:
    """The step, which takes no text apart that `vocabulary` knows."""
    return Step(
        "Nearly one text, different labels",
        "These rows share at least 80 % of their words but not their label: one may be labelled wrong, or one word is all the difference.",
        {"drop": "All rows of these pairs are left out"},
        lambda examples: find(examples, vocabulary),
        labels_only=True,
    )


def find(examples: Sequence[Example], vocabulary: Vocabulary | None = None) -> Found:
    """The examples of such pairs; the same text with different labels is for `conflicts`."""
    numbers: dict[str, int] = {}
    labels = [numbers.setdefault(normalise(example.answer), len(numbers)) for example in examples]
    found = Found()
    places: set[int] = set()
    for first, second, near in across([example.prompt_text for example in examples], labels, vocabulary):
        one, other = examples[first], examples[second]
        if normalise(one.prompt_text) == normalise(other.prompt_text):
            continue
        places |= {first, second}
        found.sample(f"{one.question} ({one.answer})", f"row {other.row}: {other.question} ({other.answer})")
        if len(found.pairs) < MAX_PAIRS:
            found.pairs.append((one.row, other.row, round(near, 3)))
    found.places = sorted(places)
    return found
