"""What is wrong with the data, in words: one Problem of each kind that was found."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from ft_core.data.clean import MAX_SAMPLES, Cleaned, clean, prompt_text
from ft_core.data.duplicates import normalise
from ft_core.data.read import Table
from ft_core.data.shape import Shaped
from ft_core.settings.data import CleanSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

MAX_ROWS = 20
# code -> title, why it matters, what can be done
_WORDS = {
    "html": (
        "HTML in texts",
        "Tags and codes such as &amp; teach the model markup instead of words.",
        "Set HTML to fix: they are removed.",
    ),
    "empty": (
        "Empty cells",
        "A row without a prompt or an answer teaches nothing.",
        "Set Empty cells to fix: these rows are left out.",
    ),
    "label_spelling": (
        "Labels spelled in several ways",
        "Spellings that differ only in case, spaces or punctuation count as different labels.",
        "Set Label spellings to fix: the most frequent spelling is used.",
    ),
    "duplicates": (
        "Identical rows",
        "A row in both training and test makes the test easier than real use.",
        "Set Duplicates to fix: one of each is kept.",
    ),
    "near_duplicates": (
        "Nearly identical rows",
        "Rows that share at least 80 % of their words and their answer add little, and could be in both training and test.",
        "Set Near duplicates to fix: one of each is kept.",
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
    """One kind of problem. `rows` are at most 20 source rows of the `count`, `samples` at most 5 (before, after)."""

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


def check(table: Table, shaped: Shaped, spec: CleanSpec) -> list[Problem]:
    """All problems of a table, in the order in which cleaning meets them."""
    return problems(table, shaped, clean(shaped.examples, shaped.task, spec))


def problems(table: Table, shaped: Shaped, cleaned: Cleaned) -> list[Problem]:
    """The same, from a cleaning that has been done."""
    found = [_problem(step.code, step.rows, step.samples) for step in cleaned.steps if step.found]
    found += _conflicts(cleaned.examples, shaped.task)
    bad = sorted(table.bad_rows + shaped.unusable)
    if bad:
        found.append(
            _problem("bad_rows", [number for number, _ in bad], [(f"row {number}", reason) for number, reason in bad])
        )
    return found


def _problem(code: str, rows: list[int], samples: list[tuple[str, str]]) -> Problem:
    title, why, fix = _WORDS[code]
    return Problem(code, title, len(rows), rows[:MAX_ROWS], why, fix, samples[:MAX_SAMPLES])


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
