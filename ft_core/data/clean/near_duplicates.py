"""Near duplicates: rows with one answer whose texts share at least 80 % of their words."""

from collections.abc import Sequence

from ft_core.data.clean.step import MAX_PAIRS, Found, Step
from ft_core.data.similar import Copy, copies
from ft_core.data.vocabulary import Vocabulary, normalise
from ft_core.settings.example import Example

_LONGEST_SAME = (
    60  # characters of an answer that must be the same: in a label or a name, one word is all the difference
)


def step(vocabulary: Vocabulary) -> Step:
    """The step, which takes no text apart that `vocabulary` knows."""
    return Step(
        "Nearly identical rows",
        "Rows that share at least 80 % of their words and their answer add little, and could be in both training and test.",
        {"fix": "One of each is kept"},
        lambda examples: find(examples, vocabulary),
    )


def find(examples: Sequence[Example], vocabulary: Vocabulary | None = None) -> Found:
    """Later near copies: short answers must be equal, of long ones 80 % of the words too, so that no other answer is ever lost."""
    original = _copies(examples, vocabulary)
    found = Found(places=sorted(original))
    for place in found.places:
        copy = original[place]
        stays = examples[copy.of]
        found.sample(examples[place].question, f"row {stays.row} stays: {stays.question}")
        if len(found.pairs) < MAX_PAIRS:
            found.pairs.append((examples[place].row, stays.row, round(copy.similarity, 3)))
    return found


def _copies(examples: Sequence[Example], vocabulary: Vocabulary | None) -> dict[int, Copy]:
    numbers: dict[str, int] = {}
    groups, longs = [], []
    for example in examples:
        answer = normalise(example.answer)
        long = len(answer) > _LONGEST_SAME
        groups.append(numbers.setdefault("" if long else answer, len(numbers)))
        longs.append(answer if long else "")
    return copies([example.prompt_text for example in examples], groups, longs, vocabulary)
