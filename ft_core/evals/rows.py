"""The answers of an evaluation side by side, read back from disk. Without torch: the page calls this."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ft_core.files import read_lines, write_text
from ft_core.run import Run

Row = dict[str, Any]
Show = Literal["all", "tuned wrong", "tuned right", "mended", "broken"]
_FILE = "answers.jsonl"
_QUESTIONS = "benchmarks.jsonl"


def write_answers(run: Run, rows: Sequence[Row]) -> None:
    """Replace the answers of the run's evaluation; one row a test example, in the order of the test split."""
    write_text(run.evaluation / _FILE, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def read_answers(run: Run) -> list[Row]:
    """The answers in the order of the test split; empty when there is no evaluation.

    A row holds `row` (in the source), `part` (of a mix, else ""), `prompt`, `expected`, `expected_tokens` (by the
    tuned model's tokenizer, its end included; not of pairs), and for each of base, few_shot and tuned:
    `<who>` (the answer that is scored), `<who>_written` (what it wrote by itself), `<who>_correct`, `<who>_loss` (nats per token; of a
    classification head nats of the label, which also stands as what it wrote) and `<who>_finished`.
    Where answers were checked, `<who>_errors` holds {code of the error: what was found}.
    Of a run on pairs it holds `rejected` and `<who>_margin` too, and `<who>_correct` is whether the better answer is the likelier one.
    The few_shot values are None when no examples were put into the prompt.
    """
    return list(read_lines(run.evaluation / _FILE))


def write_questions(run: Run, measured: Mapping[str, Sequence[Row]]) -> None:
    """Replace the questions of benchmarks, by name of the benchmark, that the evaluation asked."""
    lines = [
        json.dumps(row | {"benchmark": name}, ensure_ascii=False) for name, rows in measured.items() for row in rows
    ]
    write_text(run.evaluation / _QUESTIONS, "".join(line + "\n" for line in lines))


def read_questions(run: Run) -> list[Row]:
    """A row holds `benchmark`, `row`, `subject`, and for base and tuned {measure: its score of the answer}. Empty where none were asked."""
    return list(read_lines(run.evaluation / _QUESTIONS))


def chosen(rows: Sequence[Row], show: Show) -> list[Row]:
    """The rows to look at. `mended`: base wrong, tuned right; `broken`: base right, tuned wrong."""
    wanted = {
        "all": lambda row: True,
        "tuned wrong": lambda row: not row["tuned_correct"],
        "tuned right": lambda row: row["tuned_correct"],
        "mended": lambda row: row["tuned_correct"] and not row["base_correct"],
        "broken": lambda row: row["base_correct"] and not row["tuned_correct"],
    }[show]
    return [row for row in rows if wanted(row)]


def with_error(rows: Sequence[Row], code: str, who: str = "tuned") -> list[Row]:
    """The rows whose answer by `who` has that error; a code that no check has finds none."""
    return [row for row in rows if code in row.get(f"{who}_errors", {})]


def wrong_first(rows: Sequence[Row]) -> list[Row]:
    """Wrong answers of the tuned model first, the most surprising right answer at the top."""
    return sorted(rows, key=lambda row: (row["tuned_correct"], -row["tuned_loss"]))


def searched(rows: Sequence[Row], text: str) -> list[Row]:
    """Rows whose prompt, expected or tuned answer contains the text, whatever its case."""
    wanted = text.casefold()
    return [
        row
        for row in rows
        if any(wanted in str(row[key]).casefold() for key in ("prompt", "expected", "tuned_written"))
    ]
