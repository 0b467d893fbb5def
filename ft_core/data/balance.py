"""Balance: how evenly the labels of a classification are filled, and three remedies where they are not.

Repeat rows of rare labels (the same as drawing them more often), leave out rows of frequent ones, or collect more. A label that is
ten times as rare as another is met ten times less in training, and a model that ignores it still looks accurate.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ft_core.amounts import count
from ft_core.settings.data import Balance
from ft_core.settings.example import Example

# No label is left more than twice as frequent as another, as far as the limit allows: the labels' order of frequency is still
# learnt, and few rows are repeated or lost.
_UNEVEN = 2.0
_EVEN = 3.0  # times as many, up to which nothing needs to be done
_LIMIT = (
    5  # copies of one row, beyond which it is learnt by heart; and the part of a frequent label that stays at least
)
_FAR = 10.0
_SHOWN = 3


@dataclass(frozen=True)
class Evenness:
    """Examples per label, most frequent first. `ratio` is most frequent over rarest.

    `added` and `removed` are what the remedies would do to each label that they concern, `collect` how many more examples would bring a
    label to half of the most frequent one. `good` is True where nothing needs to be done.
    """

    counts: dict[str, int]
    ratio: float
    good: bool
    sentence: str
    next: str
    added: dict[str, int]
    removed: dict[str, int]
    collect: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self)


def evenness(examples: Sequence[Example]) -> Evenness:
    """How even the labels of a classification are. `examples` is not empty."""
    counts = dict(sorted(Counter(example.answer for example in examples).items(), key=lambda item: (-item[1], item[0])))
    ratio = max(counts.values()) / min(counts.values())
    wanted = _half_of_most(counts)
    collect = {label: wanted - have for label, have in counts.items() if have < wanted}
    added = {label: more - counts[label] for label, more in _targets(counts, "oversample").items()}
    removed = {label: counts[label] - fewer for label, fewer in _targets(counts, "undersample").items()}
    good = len(counts) > 1 and ratio <= _EVEN
    return Evenness(
        counts,
        round(ratio, 2),
        good,
        _sentence(counts, ratio),
        _next(counts, good, collect, added, removed),
        added,
        removed,
        collect,
    )


def balanced(train: Sequence[Example], treatment: Balance, seed: int) -> list[Example]:
    """The training examples of a classification with rows of rare labels repeated or rows of frequent ones left out, in their order.

    Which rows is chosen by `seed`. Validation and test stay as they are: their scores must be those of real use.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, example in enumerate(train):
        places[example.answer].append(place)
    chance = random.Random(seed)
    chosen: list[int] = []
    targets = _targets({label: len(places[label]) for label in places}, treatment)
    for label in sorted(places):
        rows = places[label]
        copies, rest = divmod(targets.get(label, len(rows)), len(rows))
        chosen += rows * copies + chance.sample(rows, rest)
    return [train[place] for place in sorted(chosen)]


def _targets(counts: dict[str, int], treatment: Balance) -> dict[str, int]:
    """How many examples the labels that the remedy concerns come to have."""
    if treatment == "oversample":
        wanted = _half_of_most(counts)
        return {label: min(wanted, have * _LIMIT) for label, have in counts.items() if have < wanted}
    if treatment == "undersample" and counts:
        most = math.floor(_UNEVEN * min(counts.values()))
        return {label: max(most, math.ceil(have / _LIMIT)) for label, have in counts.items() if have > most}
    return {}


def _half_of_most(counts: dict[str, int]) -> int:
    return math.ceil(max(counts.values(), default=0) / _UNEVEN)


def _sentence(counts: dict[str, int], ratio: float) -> str:
    most, least = next(iter(counts)), next(reversed(counts))
    if len(counts) == 1:
        return f"All rows have the label `{most}`: there is nothing to tell apart."
    figures = f"`{most}` has {count(counts[most], 'example')} and `{least}` {counts[least]:,}"
    if ratio <= _EVEN:
        return f"The labels are even enough: {figures}."
    times = f"{ratio:.1f}" if ratio < _FAR else f"{ratio:,.0f}"
    if ratio < _FAR:
        return f"The labels are somewhat uneven: {figures}, {times} times as many. Look at the scores of each label."
    return f"The labels are very uneven: {figures}, {times} times as many. A model that never answers `{least}` would still look accurate."


def _next(
    counts: dict[str, int], good: bool, collect: dict[str, int], added: dict[str, int], removed: dict[str, int]
) -> str:
    if len(counts) == 1:
        return "Add rows of the other labels."
    if good:
        return "Nothing needs to be done."
    wanted = sorted(collect, key=lambda label: -collect[label])
    named = ", ".join(f"about {collect[label]:,} more of `{label}`" for label in wanted[:_SHOWN])
    more = f" and some of {len(wanted) - _SHOWN} other labels" if len(wanted) > _SHOWN else ""
    repeats = f"set Balance to oversample, which repeats rows of rare labels about {sum(added.values()):,} times"
    leaves = (
        f", or to undersample, which leaves out about {sum(removed.values()):,} rows of frequent ones"
        if removed
        else ""
    )
    return f"Best is to collect {named}{more}. Or {repeats}{leaves}; both change the training rows only."
