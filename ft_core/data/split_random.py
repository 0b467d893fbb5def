"""Split by chance: every label in each split, no text in two."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from ft_core.data.similar import near_duplicate_groups
from ft_core.data.vocabulary import Vocabulary, normalise
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

SPLITS = ("train", "validation", "test")
# Chained near duplicates can join most of a file that was made from one pattern; such a chain is no one text and would leave nothing to split.
_LARGEST_CHAIN = 0.05

Chosen = dict[str, list[int]]


def choose(examples: Sequence[Example], task: Task, spec: SplitSpec, vocabulary: Vocabulary | None = None) -> Chosen:
    """Indices per split. Labels (of a classification) keep their shares, within one example where groups allow it.

    Examples whose prompts are the same or near duplicates stay together.
    """
    strata: dict[str, list[list[int]]] = defaultdict(list)
    for group in _groups(examples, vocabulary):
        strata[_label([examples[number] for number in group]) if task == "classification" else ""].append(group)
    shuffle = random.Random(spec.seed)
    chosen: Chosen = {name: [] for name in SPLITS}
    for label in sorted(strata):
        _fill(chosen, strata[label], spec, shuffle)
    return chosen


def _label(group: Sequence[Example]) -> str:
    """The most frequent one."""
    if len(group) == 1:
        return group[0].answer
    return Counter(example.answer for example in group).most_common(1)[0][0]


def _fill(chosen: Chosen, groups: list[list[int]], spec: SplitSpec, shuffle: random.Random) -> None:
    """Give the groups of one label to the splits: test and validation up to their shares (at least one example), train the rest."""
    total = sum(map(len, groups))
    open_places = {
        name: max(1, round(total * share)) if share > 0 else 0
        for name, share in (("test", spec.test), ("validation", spec.validation))
    }
    shuffle.shuffle(groups)
    for group in groups:
        name = next((name for name, places in open_places.items() if len(group) <= places), "train")
        chosen[name] += group
        if name != "train":
            open_places[name] -= len(group)


def _groups(examples: Sequence[Example], vocabulary: Vocabulary | None) -> list[list[int]]:
    """Indices that must stay together: equal prompts, and near duplicates. Singles are groups of one. Ordered by first index."""
    texts = [example.prompt_text or example.answer for example in examples]
    same: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        same[normalise(text)].append(number)
    equal = list(same.values())
    joined: set[int] = set()
    groups: list[list[int]] = []
    for near in near_duplicate_groups([texts[numbers[0]] for numbers in equal], vocabulary):
        members = [number for place in near for number in equal[place]]
        if len(members) <= max(2, _LARGEST_CHAIN * len(examples)):
            groups.append(sorted(members))
            joined.update(near)
    return sorted(groups + [group for place, group in enumerate(equal) if place not in joined])
