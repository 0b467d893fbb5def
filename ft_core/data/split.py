"""Split examples into train, validation and test: the same for the same seed, every label in each, no text in two."""

import random
from collections import Counter, defaultdict

from ft_core.data import rare_labels
from ft_core.data.similar import near_duplicate_groups, normalise
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

SPLITS = ("train", "validation", "test")
# Chained near duplicates can join most of a file that was made from one pattern; such a chain is no one text and would leave nothing to split.
_LARGEST_CHAIN = 0.05


def split(examples: list[Example], task: Task, spec: SplitSpec) -> dict[str, list[Example]]:
    """Examples per split, in source order. A share of 0 gives an empty split.

    Labels (of a classification) keep their shares, within one example where groups allow it. Examples whose prompts are the
    same or near duplicates stay together. Raises FTError `data.split`.
    """
    _require(examples, task, spec)
    strata: dict[str, list[list[int]]] = defaultdict(list)
    for group in _groups(examples):
        labels = Counter(examples[number].answer for number in group)
        strata[labels.most_common(1)[0][0] if task == "classification" else ""].append(group)
    shuffle = random.Random(spec.seed)
    chosen: dict[str, list[int]] = {name: [] for name in SPLITS}
    for label in sorted(strata):
        _fill(chosen, strata[label], spec, shuffle)
    for name in splits_in_use(spec):
        if not chosen[name]:
            raise _too_few(f"The {name} split would be empty.", len(examples))
    return {name: [examples[number] for number in sorted(numbers)] for name, numbers in chosen.items()}


def _fill(chosen: dict[str, list[int]], groups: list[list[int]], spec: SplitSpec, shuffle: random.Random) -> None:
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


def _groups(examples: list[Example]) -> list[list[int]]:
    """Indices that must stay together: equal prompts, and near duplicates. Singles are groups of one. Ordered by first index."""
    texts: dict[str, list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        texts[normalise(example.prompt_text)].append(number)
    equal = list(texts.values())
    joined: set[int] = set()
    groups: list[list[int]] = []
    for near in near_duplicate_groups(list(texts)):
        members = [number for place in near for number in equal[place]]
        if len(members) <= max(2, _LARGEST_CHAIN * len(examples)):
            groups.append(sorted(members))
            joined.update(near)
    return sorted(groups + [group for place, group in enumerate(equal) if place not in joined])


def splits_in_use(spec: SplitSpec) -> list[str]:
    """The splits that get examples, train first: every label needs one example for each."""
    shares = {"train": 1.0, "validation": spec.validation, "test": spec.test}
    return [name for name in SPLITS if shares[name] > 0]


def _require(examples: list[Example], task: Task, spec: SplitSpec) -> None:
    splits = splits_in_use(spec)
    if spec.validation + spec.test >= 1:
        raise FTError(
            "data.split",
            "Nothing is left to train on.",
            f"Validation ({spec.validation:g}) and test ({spec.test:g}) take all examples.",
            "Lower the Validation share or the Test share.",
        )
    if len(examples) < len(splits):
        raise _too_few("There are too few examples to split.", len(examples))
    rare = rare_labels.find(examples, len(splits)) if task == "classification" else []
    if rare:
        labels = f"{len(rare):,} labels have" if len(rare) > 1 else "1 label has"
        raise FTError(
            "data.split",
            f"The data cannot be split yet: {labels} too few examples.",
            rare_labels.why(rare, splits),
            rare_labels.fix(rare),
        )


def _too_few(what: str, count: int) -> FTError:
    return FTError(
        "data.split",
        what,
        f"{count} example{' is' if count == 1 else 's are'} left once the data is clean.",
        "Add examples, or lower the Validation share or the Test share.",
    )
