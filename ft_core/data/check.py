"""What is wrong with the data, in words: one Problem of each kind that was found."""

import math
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from ft_core.data import rare_labels
from ft_core.data.clean import MAX_SAMPLES, Cleaned, clean, prompt_text
from ft_core.data.columns import spelling_key
from ft_core.data.duplicates import normalise
from ft_core.data.read import Table
from ft_core.data.shape import Shaped
from ft_core.data.split import splits_in_use
from ft_core.settings.data import CleanSpec, SplitSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

MAX_ROWS = 20
SMALL_DATA = 100  # rows, once clean
SMALL_TEST = 50  # examples, from which on the verdict no longer calls the test set small
_DEFAULT_SPLIT = SplitSpec()
# code -> title, why it matters, what is done or can be done
_WORDS = {
    "html": (
        "HTML in texts",
        "Tags and codes such as &amp; teach the model markup instead of words.",
        "They are removed",
    ),
    "empty": (
        "Empty cells",
        "A row without a prompt or an answer teaches nothing.",
        "These rows are left out",
    ),
    "label_spelling": (
        "Labels spelled in several ways",
        "Spellings that differ only in case, spaces or punctuation count as different labels.",
        "The most frequent spelling is used",
    ),
    "duplicates": (
        "Identical rows",
        "A row in both training and test makes the test easier than real use.",
        "One of each is kept",
    ),
    "near_duplicates": (
        "Nearly identical rows",
        "Rows that share at least 80 % of their words and their answer add little, and could be in both training and test.",
        "One of each is kept",
    ),
    "conflicts": (
        "One text, different answers",
        "The same text has different answers, so at least one is wrong for every one of them.",
        "Correct these rows in the file. All are kept as they are.",
    ),
    "bad_rows": (
        "Rows that cannot be read",
        "They have another number of fields than the header, or are broken.",
        "Correct these rows in the file; they are left out.",
    ),
}


@dataclass(frozen=True)
class Problem:
    """One kind of problem. `rows` are at most 20 source rows of the `count` (none when it is the whole file), `samples` at most 5 (before, after)."""

    code: str
    title: str
    count: int
    rows: list[int]
    why: str
    fix: str
    samples: list[tuple[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self) | {"samples": [list(pair) for pair in self.samples]}


def check(table: Table, shaped: Shaped, spec: CleanSpec, split: SplitSpec = _DEFAULT_SPLIT) -> list[Problem]:
    """All problems of a table: in the order in which cleaning meets them, then what it cannot mend."""
    return problems(table, shaped, clean(shaped.examples, shaped.task, spec), split)


def problems(table: Table, shaped: Shaped, cleaned: Cleaned, split: SplitSpec = _DEFAULT_SPLIT) -> list[Problem]:
    """The same, from a cleaning that has been done."""
    found = [_problem(step.code, step.rows, step.samples) for step in cleaned.steps if step.found]
    found += _conflicts(cleaned.examples, shaped.task)
    found += _rare_labels(shaped.examples, cleaned, shaped.task, split)
    bad = sorted(table.bad_rows + shaped.unusable)
    if bad:
        found.append(
            _problem("bad_rows", [number for number, _ in bad], [(f"row {number}", reason) for number, reason in bad])
        )
    return found + _small_data(len(cleaned.examples), split)


def _problem(code: str, rows: list[int], samples: list[tuple[str, str]]) -> Problem:
    title, why, fix = _WORDS[code]
    if code in CleanSpec.model_fields:
        fix += f", unless {CleanSpec.model_fields[code].title} is unticked (`{code}: keep`)."
    return Problem(code, title, len(rows), rows[:MAX_ROWS], why, fix, samples[:MAX_SAMPLES])


def _rare_labels(examples: list[Example], cleaned: Cleaned, task: Task, split: SplitSpec) -> list[Problem]:
    """What would keep the data from being split. Samples are the labels with a likely right spelling, and that spelling."""
    splits = splits_in_use(split)
    rare = rare_labels.find(cleaned.examples, len(splits)) if task == "classification" else []
    if not rare:
        return []
    rows = sorted(row for one in rare for row in one.rows)
    samples = [(one.label, one.likely) for one in rare if one.likely][:MAX_SAMPLES]
    why, fix = rare_labels.why(rare, splits), rare_labels.fix(rare)
    near = {row for step in cleaned.steps if step.code == "near_duplicates" and step.removed for row in step.rows}
    keys = {spelling_key(one.label) for one in rare}
    lost = sum(example.row in near and spelling_key(example.answer) in keys for example in examples)
    if lost:
        fix = f"Untick Near duplicates if its {lost:,} rows of these labels are truly different (`near_duplicates: keep`). {fix}"
    return [Problem("rare_labels", "Labels with too few examples", len(rows), rows[:MAX_ROWS], why, fix, samples)]


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


def _conflicts(examples: list[Example], task: Task) -> list[Problem]:
    """Texts with more than one label. Several good answers to one question are no fault, so only labels are looked at."""
    if task != "classification":
        return []
    by_text: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_text[normalise(prompt_text(example))].append(example)
    several = [group for group in by_text.values() if len({example.answer for example in group}) > 1]
    if not several:
        return []
    rows = sorted(example.row for group in several for example in group)
    samples = [
        (group[0].question[:300], " / ".join(sorted({example.answer for example in group}))) for group in several
    ]
    return [_problem("conflicts", rows, samples)]
