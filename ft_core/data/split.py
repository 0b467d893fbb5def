"""Split examples into train, validation and test: the same for the same seed, and none empty that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ft_core.data import rare_labels, split_given, split_group, split_random, split_time
from ft_core.data.shape.examples import plain
from ft_core.data.split_random import SPLITS
from ft_core.data.table import Table
from ft_core.data.vocabulary import Vocabulary
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

__all__ = ["SPLITS", "Divided", "column_values", "describe", "divide", "split", "splits_in_use"]

Parts = dict[str, list[Example]]
_SHOWN = 20  # groups, and rows without a date


@dataclass(frozen=True)
class Divided:
    """Examples per split. When `apart`, it is known that no prompt of train is nearly the same as one of another split."""

    parts: Parts
    apart: bool


def split(examples: list[Example], task: Task, spec: SplitSpec, values: dict[int, str] | None = None) -> Parts:
    """The parts of `divide` alone."""
    return divide(examples, task, spec, values).parts


def divide(
    examples: list[Example],
    task: Task,
    spec: SplitSpec,
    values: dict[int, str] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Divided:
    """Examples per split, in source order. A share of 0 gives an empty split, unless the rows of one are given.

    `values` is what the split column holds, by source row: see `column_values`. By chance, labels (of a classification) keep
    their shares, and examples whose prompts are the same or near duplicates stay together. Raises FTError `data.split`.
    """
    _require(examples, task, spec)
    cells = [(values or {}).get(example.row, "") for example in examples]
    apart = False
    match spec.by:
        case "random":
            together = split_random.together(examples, vocabulary)
            apart = together.whole
            chosen = split_random.choose(examples, task, spec, together)
        case "group":
            chosen = split_group.choose(examples, task, spec, cells)
        case "time":
            chosen = split_time.choose(examples, spec, cells)
        case "given":
            chosen = split_given.choose(examples, task, spec, cells, vocabulary)
    parts = {name: [examples[number] for number in sorted(numbers)] for name, numbers in chosen.items()}
    for name in splits_in_use(spec):
        if not parts[name]:
            raise _too_few(f"The {name} split would be empty.", len(examples))
    return Divided(parts, apart)


def column_values(table: Table, spec: SplitSpec) -> dict[int, str]:
    """Source row -> what its split column holds, without space around it; nothing for a split by chance.

    Raises FTError `data.split` when no column of that name is there.
    """
    if spec.by == "random":
        return {}
    if spec.column not in table.cells:
        columns = ", ".join(f"`{name[:60]}`" for name in table.columns[:_SHOWN])
        raise FTError(
            "data.split",
            f"There is no column `{spec.column}`." if spec.column else f"Splitting by {spec.by} needs a column.",
            f"The columns are {columns}.",
            f"Choose the one with the {_HOLDS[spec.by]} as the Split column, or set Split by to random.",
        )
    return {row: plain(cell).strip() for row, cell in zip(table.numbers, table.cells[spec.column], strict=True)}


_HOLDS = {"group": "customer or other group", "time": "date", "given": "words train, validation and test"}


def describe(parts: Parts, spec: SplitSpec, values: dict[int, str]) -> dict[str, Any]:
    """How the examples were split, for the report: {"by", "column", "seed", "counts", "why"}, and as it was split

    by group "groups" (number of values per split) and "largest" (at most 20: group, split, examples); by time "dates"
    (split -> oldest, newest as they are written) and "undated" (at most 20 rows) with "undated_count".
    """
    told: dict[str, Any] = {
        "by": spec.by,
        "column": spec.column if spec.by != "random" else None,
        "seed": spec.seed,
        "counts": {name: len(examples) for name, examples in parts.items()},
    }
    if spec.by == "group":
        return told | _groups(parts, spec, values)
    if spec.by == "time":
        return told | _dates(parts, spec, values)
    if spec.by == "given":
        return told | {
            "why": f"`{spec.column}` says which row is in which split; a split it does not name is made from train."
        }
    return told | {"why": "By chance: every label in each split, and texts that are the same or nearly so in one."}


def _groups(parts: Parts, spec: SplitSpec, values: dict[int, str]) -> dict[str, Any]:
    counts: dict[tuple[str, str], int] = {}
    alone = 0
    for name, examples in parts.items():
        for example in examples:
            value = values.get(example.row, "")
            alone += not value
            if value:
                counts[value, name] = counts.get((value, name), 0) + 1
    largest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    why = f"All rows of one `{spec.column}` are in one split."
    why += f" {alone:,} rows without one are each on their own." if alone else ""
    return {
        "groups": {name: sum(where == name for _, where in counts) for name in parts},
        "largest": [{"group": value, "split": name, "examples": count} for (value, name), count in largest],
        "why": why,
    }


def _dates(parts: Parts, spec: SplitSpec, values: dict[int, str]) -> dict[str, Any]:
    spans: dict[str, list[str]] = {}
    undated: list[int] = []
    for name, examples in parts.items():
        texts = [values.get(example.row, "") for example in examples]
        times = split_time.read_times(texts)
        known = [(time, text) for time, text in zip(times.tolist(), texts, strict=True) if time == time]
        undated += [example.row for example, time in zip(examples, times.tolist(), strict=True) if time != time]
        spans[name] = [min(known)[1], max(known)[1]] if known else []
    why = f"The rows with the newest `{spec.column}` are the test, those before them validation."
    if undated:
        why += f" {len(undated):,} rows whose date cannot be read are in train."
    return {"dates": spans, "undated": undated[:_SHOWN], "undated_count": len(undated), "why": why}


def splits_in_use(spec: SplitSpec) -> list[str]:
    """The splits that get examples, train first: every label needs one example for each."""
    shares = {"train": 1.0, "validation": spec.validation, "test": spec.test}
    return [name for name in SPLITS if shares[name] > 0]


def _require(examples: Sequence[Example], task: Task, spec: SplitSpec) -> None:
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
    # By a column, a label may be in one split alone: that is what such a split is to show.
    rare = rare_labels.find(examples, len(splits)) if task == "classification" and spec.by == "random" else []
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
