"""Answers on disk, and which of them a page shows."""

import subprocess
import sys

import pytest

from ft_core.evals import rows
from ft_core.run import Run


def _row(row: int, base: bool, tuned: bool, loss: float, prompt: str = "question") -> dict:
    return {
        "row": row,
        "prompt": prompt,
        "expected": "a",
        "tuned_written": "b",
        "base_correct": base,
        "tuned_correct": tuned,
        "tuned_loss": loss,
    }


ROWS = [
    _row(1, True, True, 0.1),
    _row(2, False, True, 0.2),
    _row(3, True, False, 0.5),
    _row(4, False, False, 3.0, "Größe?"),
]


def _numbers(found: list[rows.Row]) -> list[int]:
    return [row["row"] for row in found]


def test_what_is_written_is_read_back_and_replaced(tmp_path) -> None:
    run = Run(tmp_path)
    assert rows.read_answers(run) == []
    rows.write_answers(run, ROWS)
    assert rows.read_answers(run) == ROWS
    rows.write_answers(run, ROWS[:1])
    assert rows.read_answers(run) == ROWS[:1]
    assert [path.name for path in run.evaluation.iterdir()] == ["answers.jsonl"]


@pytest.mark.parametrize(
    ("show", "expected"),
    [("all", [1, 2, 3, 4]), ("tuned wrong", [3, 4]), ("tuned right", [1, 2]), ("mended", [2]), ("broken", [3])],
)
def test_rows_to_look_at(show: rows.Show, expected: list[int]) -> None:
    assert _numbers(rows.chosen(ROWS, show)) == expected


def test_the_worst_stands_first() -> None:
    assert _numbers(rows.wrong_first(ROWS)) == [4, 3, 2, 1]


def test_search_does_not_mind_case() -> None:
    assert _numbers(rows.searched(ROWS, "GRÖSSE")) == [4]
    assert _numbers(rows.searched(ROWS, "QUEST")) == [1, 2, 3]


def test_reading_answers_needs_no_torch() -> None:
    program = "import sys; import ft_core.evals.rows; sys.exit(bool({'torch', 'evaluate', 'transformers', 'sklearn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_questions_of_benchmarks_are_read_back_with_their_name(tmp_path) -> None:
    run = Run(tmp_path)
    assert rows.read_questions(run) == []
    rows.write_questions(run, {"mmlu": [{"row": 3}], "arc_easy": [{"row": 1}]})
    assert rows.read_questions(run) == [{"row": 3, "benchmark": "mmlu"}, {"row": 1, "benchmark": "arc_easy"}]
