"""What is wrong with the data, in words: one Problem of each kind that was found."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ft_core.data import rare_labels
from ft_core.data.clean.clean import Cleaned, Done
from ft_core.data.clean.step import MAX_SAMPLES, Samples
from ft_core.data.shape import labels
from ft_core.data.shape.columns import spelling_key
from ft_core.data.shape.shape import Shaped
from ft_core.data.split import splits_in_use
from ft_core.data.table import Table
from ft_core.settings.data import SplitSpec, Treatment
from ft_core.settings.example import Example
from ft_core.settings.project import Task

MAX_ROWS = 20
SMALL_DATA = 100  # rows, once clean
SMALL_TEST = 50  # examples, from which on the verdict no longer calls the test set small


@dataclass(frozen=True)
class Problem:
    """One kind of problem. `rows` are at most 20 source rows of the `count` (none when it is the whole file), `samples` at most 5 (before, after).

    `does` says what each treatment of it does; it is empty where only the person can do something. With `mends`, samples
    are the same text before and after.
    """

    code: str
    title: str
    count: int
    rows: list[int]
    why: str
    fix: str
    samples: list[tuple[str, str]]
    does: Mapping[Treatment, str] = field(default_factory=dict)
    mends: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self) | {"samples": [list(pair) for pair in self.samples]}


def problems(table: Table, shaped: Shaped, cleaned: Cleaned, split: SplitSpec) -> list[Problem]:
    """All problems of a table: in the order in which cleaning met them, then what it cannot mend."""
    found = [_cleaning(done) for done in cleaned.steps if done.found]
    found += _rare_labels(shaped.examples, cleaned, shaped.task, split)
    found += _number_labels(shaped)
    if table.bad_rows:
        found.append(_bad_rows(table.bad_rows))
    if shaped.unusable:
        found.append(_unusable_rows(shaped.unusable))
    return found + _small_data(len(cleaned.examples), split)


def _cleaning(done: Done) -> Problem:
    step = done.step
    if done.treatment != "keep":
        fix = f"{step.does[done.treatment]}, unless {done.title} is set to keep (`{done.code}: keep`)."
    else:
        first, does = next(iter(step.does.items()))
        fix = (
            f"All are kept as they are. Correct these rows in the file, or set {done.title} to {first} (`{done.code}: {first}`): "
            f"{does[0].lower()}{does[1:]}."
        )
    why = f"{step.why} {done.detail}".rstrip()
    return Problem(
        done.code,
        step.title,
        done.found,
        done.rows[:MAX_ROWS],
        why,
        fix,
        done.samples[:MAX_SAMPLES],
        step.does,
        done.mends,
    )


def _bad_rows(bad: list[tuple[int, str]]) -> Problem:
    samples: Samples = [(f"row {number}", reason) for number, reason in bad[:MAX_SAMPLES]]
    return Problem(
        "bad_rows",
        "Rows that cannot be read",
        len(bad),
        [number for number, _ in bad[:MAX_ROWS]],
        "They have another number of fields than the header, or are broken.",
        "Correct these rows in the file; they are left out.",
        samples,
    )


def _unusable_rows(unusable: list[tuple[int, str]]) -> Problem:
    samples: Samples = [(f"row {number}", reason) for number, reason in unusable[:MAX_SAMPLES]]
    return Problem(
        "unusable_rows",
        "Rows that cannot be learnt from",
        len(unusable),
        [number for number, _ in unusable[:MAX_ROWS]],
        "They can be read, but hold no answer to learn, or something that a model for text cannot be given.",
        "Correct these rows in the file where the reason beside them is a mistake; they are left out.",
        samples,
    )


def _number_labels(shaped: Shaped) -> list[Problem]:
    """Labels that are bare numbers: a hint about the whole file, so it names no rows. Samples are the labels."""
    if not labels.only_numbers(shaped.labels):
        return []
    shown = ", ".join(f'"{label}": ...' for label in shaped.labels[:MAX_SAMPLES])
    return [
        Problem(
            "number_labels",
            "Labels that are only numbers",
            len(shaped.examples),
            [],
            "A language model knows what words mean; what a number stands for it has to guess from the examples.",
            f"Give them Label names (`label_names: {{{shown}}}`), or leave them when they are amounts, such as stars.",
            [(label, "") for label in shaped.labels[:MAX_SAMPLES]],
        )
    ]


def _rare_labels(examples: list[Example], cleaned: Cleaned, task: Task, split: SplitSpec) -> list[Problem]:
    """What would keep the data from being split. Samples are the labels with a likely right spelling."""
    splits = splits_in_use(split)
    by_chance = task == "classification" and split.by == "random"
    rare = rare_labels.find(cleaned.examples, len(splits)) if by_chance else []
    if not rare:
        return []
    rows = sorted(row for one in rare for row in one.rows)
    samples = [(one.label, f"probably {one.likely}, not changed") for one in rare if one.likely][:MAX_SAMPLES]
    why, fix = rare_labels.why(rare, splits), rare_labels.fix(rare)
    near = {row for step in cleaned.steps if step.code == "near_duplicates" and step.removed for row in step.rows}
    keys = {spelling_key(one.label) for one in rare}
    lost = sum(example.row in near and spelling_key(example.answer) in keys for example in examples)
    if lost:
        fix = f"Set Near duplicates to keep if its {lost:,} rows of these labels are truly different (`near_duplicates: keep`). {fix}"
    return [
        Problem(
            "rare_labels",
            "Labels with too few examples: the data cannot be split",
            len(rows),
            rows[:MAX_ROWS],
            why,
            fix,
            samples,
        )
    ]


def _small_data(usable: int, split: SplitSpec) -> list[Problem]:
    """Too few rows for a verdict that means something: a warning about the whole file, so it names no rows."""
    test = min(usable, max(1, round(usable * split.test))) if split.test else 0
    if usable >= SMALL_DATA and (test >= SMALL_TEST or not split.test):
        return []
    wanted = max(SMALL_DATA, math.ceil(SMALL_TEST / split.test) if split.test else 0)
    least = len(splits_in_use(split))
    why = f"{usable:,} row{' is' if usable == 1 else 's are'} usable"
    why += f", about {test} for the test" if test else ""
    fix = f"Add about {math.ceil((wanted - usable) / 10) * 10:,} rows"
    if usable >= SMALL_DATA:
        why += f": with fewer than {SMALL_TEST}, a small gain cannot be told from chance."
        fix += " to be sure of small gains, too; a large one will show."
    else:
        why += ": a model learns little from so few, and its score is largely chance."
        fix += (
            f": fewer than {least} cannot even be split."
            if usable < least
            else "; a trial with these shows how it works, not how good the model becomes."
        )
    return [Problem("small_data", "Few rows", usable, [], why, fix, [])]
