"""Near duplicates: rows with one answer whose texts share at least 80 % of their words."""

from collections import defaultdict
from collections.abc import Sequence

from ft_core.data.clean.step import Found, Step
from ft_core.data.similar import copies, normalise
from ft_core.settings.example import Example


def find(examples: Sequence[Example]) -> Found:
    """Later near copies, only among examples with one answer, so that no answer is ever lost."""
    same_answer: dict[str, list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        same_answer[normalise(example.answer)].append(place)
    original: dict[int, int] = {}
    for places in same_answer.values():
        if len(places) > 1:
            near = copies([examples[place].prompt_text for place in places])
            original.update({places[copy]: places[first] for copy, first in near.items()})
    found = Found(places=sorted(original))
    for place in found.places:
        stays = examples[original[place]]
        found.sample(examples[place].question, f"row {stays.row} stays: {stays.question}")
    return found


STEP = Step(
    "Nearly identical rows",
    "Rows that share at least 80 % of their words and their answer add little, and could be in both training and test.",
    {"fix": "One of each is kept"},
    find,
)
