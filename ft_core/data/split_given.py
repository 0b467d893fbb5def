"""Split as given: a column of the file says which row is for training, validation and test."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ft_core.data import split_random
from ft_core.data.split_random import Chosen
from ft_core.data.vocabulary import Vocabulary
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

_NAMES = {
    "train": "train",
    "training": "train",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "val": "validation",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}
_SHOWN = 5
_LARGEST_SHARE = 0.5  # of the training rows, for a split that is made of them


def with_tests_first(examples: Sequence[Example], values: Mapping[int, str]) -> list[Example]:
    """Test rows, validation rows, then all others: of several copies the first stays, and a test that is given stays whole.

    `values` are by source row, as `split.column_values` has them.
    """
    rank = {"test": 0, "validation": 1}
    return sorted(examples, key=lambda one: rank.get(_NAMES.get(values.get(one.row, "").lower(), ""), 2))


def choose(
    examples: Sequence[Example],
    task: Task,
    spec: SplitSpec,
    values: Sequence[str],
    vocabulary: Vocabulary | None = None,
) -> Chosen:
    """Indices per split, as `values` [examples] name it. One that is not given is made from the training rows by chance, in its share.

    Raises FTError `data.split`.
    """
    found: dict[str, list[int]] = defaultdict(list)
    odd: dict[str, list[int]] = defaultdict(list)
    for index, value in enumerate(values):
        name = _NAMES.get(value.strip().lower())
        (found[name] if name else odd[value]).append(index)
    if odd:
        raise _unknown_names(odd, examples, spec)
    if not found["train"]:
        raise FTError(
            "data.split",
            "Nothing is left to train on.",
            f"No row of `{spec.column}` says train.",
            "Write train in that column for the rows to learn from, or set Split by to random.",
        )
    chosen: Chosen = {name: found[name] for name in split_random.SPLITS}
    missing = {
        name: min(_LARGEST_SHARE, share * len(examples) / len(chosen["train"]))
        for name, share in (("validation", spec.validation), ("test", spec.test))
        if not chosen[name] and share
    }
    if missing:
        shares = {"validation": 0.0, "test": 0.0} | missing
        given = chosen["train"]
        rows = [examples[index] for index in given]
        kept = split_random.together(rows, vocabulary)
        made = split_random.choose(rows, task, spec.model_copy(update=shares), kept)
        chosen |= {name: [given[place] for place in made[name]] for name in ("train", *missing)}
    return chosen


def _unknown_names(odd: dict[str, list[int]], examples: Sequence[Example], spec: SplitSpec) -> FTError:
    shown = [
        f"{f'`{value[:40]}`' if value.strip() else 'Nothing'} stands in {len(places):,} row{'s' if len(places) > 1 else ''}, "
        f"the first is row {examples[places[0]].row}"
        for value, places in list(odd.items())[:_SHOWN]
    ]
    more = f"; and {len(odd) - _SHOWN:,} more" if len(odd) > _SHOWN else ""
    return FTError(
        "data.split",
        f"The data cannot be split by `{spec.column}`: not every row says train, validation or test.",
        f"{'; '.join(shown)}{more}.",
        "Write train, validation or test in each of these rows, choose another Split column, or set Split by to random.",
    )
