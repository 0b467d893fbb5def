"""Label spellings: labels that differ only in case, spaces or punctuation."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ft_core.data.clean.empty import blank
from ft_core.data.clean.step import Found, Step
from ft_core.data.shape.columns import spelling_key
from ft_core.settings.example import Example, Message


def find(examples: Sequence[Example]) -> Found:
    """Labels that are not in their most frequent spelling. Every pair of spellings is a sample, whole, the most frequent first."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        spellings[spelling_key(example.answer)][example.answer.strip()] += 1
    # most_common keeps the order of first appearance among equals.
    chosen = {key: counts.most_common(1)[0][0] for key, counts in spellings.items()}
    found = Found()
    changes: Counter[tuple[str, str]] = Counter()
    for place, example in enumerate(examples):
        label = example.answer if blank(example.answer) else chosen[spelling_key(example.answer)]
        if label != example.answer:
            found.places.append(place)
            found.changed[place] = replace(example, messages=(*example.prompt, Message("assistant", label)))
            changes[example.answer, label] += 1
    found.samples = [change for change, _ in changes.most_common()]
    return found


STEP = Step(
    "Labels spelled in several ways",
    "Spellings that differ only in case, spaces or punctuation count as different labels.",
    {"fix": "The most frequent spelling is used"},
    find,
    labels_only=True,
)
