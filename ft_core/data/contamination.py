"""Contamination: questions of public tests among the data. A model that has learnt them scores well there and proves nothing.

What counts as the same follows GPT-3 (Brown et al. 2020, "Language models are few-shot learners", appendix C): N words in a row in both,
lower case and without punctuation, where N is the length of the test's shortest questions (5th percentile), at least 8 and at most 13.
Questions that are nearly the same count too (80 % of the words).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy

from ft_core.data.clean.step import MAX_SAMPLES, Found
from ft_core.data.problems import MAX_ROWS, Problem
from ft_core.data.read.files import read
from ft_core.data.shape.examples import plain
from ft_core.data.similar import between
from ft_core.data.table import Table
from ft_core.data.vocabulary import words
from ft_core.errors import FTError
from ft_core.settings.example import Example

_FEWEST, _MOST = 8, 13  # words in a row
# What the question is called in TruthfulQA, ARC, HellaSwag and others; MMLU has no header, and the question first.
_QUESTIONS = ("question", "query", "ctx", "prompt", "problem", "input", "text")


@dataclass(frozen=True)
class Overlap:
    """The example of source row `row` holds question `number` (from 1) of `benchmark`, a file's name."""

    row: int
    benchmark: str
    number: int
    question: str


def find(examples: Sequence[Example], benchmarks: Sequence[Path]) -> list[Overlap]:
    """For each example that holds a question of a benchmark, the first such question; in the order of the examples.

    Raises the FTErrors of reading, and `data.benchmark` for a file without a column of questions.
    """
    found: dict[int, Overlap] = {}
    for path in benchmarks:
        asked = questions(read(path), path.name)
        for place, number in sorted(_matches(examples, asked).items()):
            found.setdefault(place, Overlap(examples[place].row, path.name, number + 1, asked[number]))
    return [overlap for _, overlap in sorted(found.items())]


def questions(table: Table, name: str) -> list[str]:
    """The questions of a benchmark's file, without answers and choices. Raises FTError `data.benchmark`."""
    lowered = {column.strip().lower(): column for column in table.columns}
    column = next((lowered[word] for word in _QUESTIONS if word in lowered), None)
    if column is None and len(table.columns) >= 3 and (not table.header or _is_first_question(table)):
        column = table.columns[0]
    if column is None:
        raise FTError(
            "data.benchmark",
            f"{name} has no column of questions.",
            f"Its columns are {', '.join(f'`{column[:60]}`' for column in table.columns[:20])}.",
            f"Name the column with the questions {_QUESTIONS[0]}, or leave this file out of Benchmarks.",
        )
    texts = [plain(cell).removeprefix("Question: ") for cell in table.cells[column]]
    first = [] if not table.header or column.strip().lower() in _QUESTIONS else [column]
    return [text for text in first + texts if text.strip()]


def problems(examples: Sequence[Example], benchmarks: Sequence[Path]) -> list[Problem]:
    """One Problem when questions of the benchmarks are among the examples; nothing is changed. Raises what `find` raises."""
    overlaps = find(examples, benchmarks)
    if not overlaps:
        return []
    asked = {example.row: example.question or example.answer for example in examples}
    found = Found()
    for overlap in overlaps[:MAX_SAMPLES]:
        found.sample(asked[overlap.row], f"{overlap.benchmark}, question {overlap.number}: {overlap.question}")
    files = ", ".join(dict.fromkeys(overlap.benchmark for overlap in overlaps))
    return [
        Problem(
            "contamination",
            "Questions of a public test",
            len(overlaps),
            [overlap.row for overlap in overlaps[:MAX_ROWS]],
            f"These rows hold questions of {files}. A model that has learnt them scores better there, and knows no more.",
            "All are kept. Delete these rows from the file before you compare models by this test.",
            found.samples,
        )
    ]


def _is_first_question(table: Table) -> bool:
    """True for MMLU's layout without a header, taken for one with: question, choices, and A, B, C or D."""
    return table.columns[-1].strip().upper()[:1] in ("A", "B", "C", "D") and set(
        map(plain, table.cells[table.columns[-1]])
    ) <= {"A", "B", "C", "D"}


def _matches(examples: Sequence[Example], asked: Sequence[str]) -> dict[int, int]:
    """Place of an example -> index of the first question that it holds."""
    found = {place: copy.of for place, copy in between([example.prompt_text for example in examples], asked).items()}
    split = [words(question) for question in asked]
    length = int(min(_MOST, max(_FEWEST, numpy.percentile([len(question) for question in split], 5)))) if split else 0
    runs: dict[str, int] = {}
    for number, question in enumerate(split):
        for run in _runs(question, length):
            runs.setdefault(run, number)
    openings = {run.split(" ", 2)[0] for run in runs}
    for place, example in enumerate(examples):
        held = words("\n".join(message.content for message in example.messages if message.role != "system"))
        if len(held) < length or openings.isdisjoint(held):
            continue
        number = next((runs[run] for run in _runs(held, length) if run in runs), None)
        if number is not None:
            found[place] = min(number, found.get(place, number))
    return found


def _runs(held: Sequence[str], length: int) -> list[str]:
    """Every `length` words in a row."""
    return [" ".join(held[start : start + length]) for start in range(len(held) - length + 1)]
