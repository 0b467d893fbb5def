"""Split by chance: every label in each split, no text in two."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy

from ft_core.data.similar import chains
from ft_core.data.vocabulary import Vocabulary, normalise
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

SPLITS = ("train", "validation", "test")
# Chained near duplicates can join most of a file that was made from one pattern; such a chain is no one text and would leave nothing to split.
_LARGEST_CHAIN = 0.05

Chosen = dict[str, list[int]]


@dataclass(frozen=True)
class Together:
    """Indices that stay together: equal prompts, and near duplicates. Singles are groups of one. Ordered by first index.

    When `whole`, no prompt is nearly the same as one of another group.
    """

    groups: list[list[int]]
    whole: bool


def choose(examples: Sequence[Example], task: Task, spec: SplitSpec, kept: Together | None = None) -> Chosen:
    """Indices per split. Labels (of a classification) keep their shares, within one example where groups allow it.

    Examples whose prompts are the same or near duplicates stay together.
    """
    strata: dict[str, list[list[int]]] = defaultdict(list)
    for group in (kept or together(examples)).groups:
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


def together(examples: Sequence[Example], vocabulary: Vocabulary | None = None) -> Together:
    """What `choose` keeps in one split."""
    texts = [example.prompt_text or example.answer for example in examples]
    near = chains(texts, vocabulary)
    alone = numpy.ones(len(texts), dtype=bool)
    groups: list[list[int]] = []
    for group in near.groups:
        alone[group] = False
        is_text = len(group) <= max(2, _LARGEST_CHAIN * len(texts))
        groups += [group] if is_text else _equal(texts, group)
    whole = near.complete and len(groups) == len(near.groups)
    return Together(sorted(groups + [[number] for number in numpy.flatnonzero(alone).tolist()]), whole)


def _equal(texts: Sequence[str], group: Sequence[int]) -> list[list[int]]:
    """A group of near duplicates, taken apart into those that are the same."""
    same: dict[str, list[int]] = defaultdict(list)
    for number in group:
        same[normalise(texts[number])].append(number)
    return list(same.values())
