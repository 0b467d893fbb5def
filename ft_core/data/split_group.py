"""Split by group: all rows of one customer, document or author in one split, so that the test asks about unknown ones."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from ft_core.data.split_random import SPLITS, Chosen
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task


def choose(examples: Sequence[Example], task: Task, spec: SplitSpec, values: Sequence[str]) -> Chosen:
    """Indices per split; `values` [examples] are the groups, "" for an example that is a group of its own.

    Sizes are as near to the shares as whole groups allow, of each label (of a classification) too. Raises FTError `data.split`.
    """
    shares = {"train": 1 - spec.validation - spec.test, "validation": spec.validation, "test": spec.test}
    shares = {name: shares[name] for name in SPLITS if shares[name] > 0}
    groups = groups_of(values)
    if len(groups) < len(shares):
        raise _too_few(len(groups), len(shares), spec)
    random.Random(spec.seed).shuffle(groups)
    groups.sort(key=len, reverse=True)  # the large ones while there is room for them, the small ones even out
    labels = [example.answer if task == "classification" else "" for example in examples]
    totals = Counter(labels)
    places = {name: {label: share * count for label, count in totals.items()} for name, share in shares.items()}
    sizes = {name: share * len(examples) for name, share in shares.items()}
    chosen: Chosen = {name: [] for name in SPLITS}
    for number, group in enumerate(groups):
        counts = Counter(labels[index] for index in group)
        # The last groups are kept for splits that have none yet.
        empty = [name for name in shares if not chosen[name]]
        among = empty if len(empty) >= len(groups) - number else list(shares)
        name = min(among, key=lambda name: _worse(counts, len(group), places[name], sizes[name], shares[name]))
        chosen[name] += group
        sizes[name] -= len(group)
        for label, count in counts.items():
            places[name][label] -= count
    return chosen


def groups_of(values: Sequence[str]) -> list[list[int]]:
    """Indices of each value, and each "" alone; ordered by first index."""
    groups: dict[object, list[int]] = defaultdict(list)
    for index, value in enumerate(values):
        groups[value or index].append(index)
    return list(groups.values())


def _worse(counts: Counter[str], size: int, places: dict[str, float], room: float, share: float) -> float:
    """How much further from its share a split is with the group than without: squares of the places left, in all and for each label."""
    change = size * (size - 2 * room)
    change += sum(count * (count - 2 * places[label]) for label, count in counts.items()) if len(places) > 1 else 0
    return change / share


def _too_few(groups: int, splits: int, spec: SplitSpec) -> FTError:
    return FTError(
        "data.split",
        f"The data cannot be split by `{spec.column}`: it has too few different values.",
        f"There {'is' if groups == 1 else 'are'} {groups} and {splits} splits, and all rows of one value stay together.",
        "Choose another Split column, or set Split by to random.",
    )
