"""MMLU: subjects, shots, and what is refused with its row."""

import pytest

from ft_core.errors import FTError
from ft_core.evals.benchmarks import mmlu
from tests.evals.benchmarks import made


def test_subjects_with_their_solved_questions(tmp_path):
    rows = mmlu.read(made.write_folder(tmp_path / "files") / "mmlu")
    assert rows.subjects == ["anatomy"] * 7 + ["virology"] * 4
    assert rows.numbers == [*range(1, 8), *range(1, 5)]
    assert {subject: len(shots) for subject, shots in rows.shots.items()} == {"anatomy": 5, "virology": 5}
    assert (
        rows.questions[0].keys() == {"question", "subject", "choices", "answer"}
        and 0 <= rows.questions[0]["answer"] < 4
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Why?,a,b,c,A", "Row 8: has 5 columns"),
        ("Why?,a,b,c,d,E", "Row 8: its last column is not A, B, C or D"),
        ("Why?,a,b,,d,A", "Row 8: has an empty question or choice"),
        ('Why?,"a"b,c,d,e,A', "the file is not CSV"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, line, said):
    folder = made.write_folder(tmp_path / "files") / "mmlu"
    with open(folder / "anatomy_test.csv", "a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(FTError, match=said) as caught:
        mmlu.read(folder)
    assert "anatomy_test.csv" in caught.value.what


def test_too_few_solved_questions(tmp_path):
    folder = made.write_folder(tmp_path / "files") / "mmlu"
    (folder / "virology_dev.csv").unlink()
    with pytest.raises(FTError, match="virology_dev.csv holds 0"):
        mmlu.read(folder)
