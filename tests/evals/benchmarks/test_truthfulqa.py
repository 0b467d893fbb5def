"""TruthfulQA: choices built from answers, and what is refused with its row."""

import pytest

from ft_core.errors import FTError
from ft_core.evals.benchmarks import truthfulqa

HEAD = "Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers,Source\n"


def test_mc1_has_the_best_answer_first_and_mc2_all_correct_ones(tmp_path):
    path = tmp_path / "TruthfulQA.csv"
    path.write_text(HEAD + "A,B,Why?,b,a; b; a;,c; d;c; a,S\nA,B,How?,x,y,z,S\n", encoding="utf-8")
    why, how = truthfulqa.read(path).questions
    assert why["mc1_targets"] == {"choices": ["b", "c", "d"], "labels": [1, 0, 0]}
    assert why["mc2_targets"] == {"choices": ["a", "b", "c", "d"], "labels": [1, 1, 0, 0]}
    assert how["mc2_targets"]["choices"] == ["x", "y", "z"], (
        "a best answer that is not among the correct ones counts as one"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Question,Best Answer,Correct Answers\nWhy?,a,a\n", "Row 1: it names no column Incorrect Answers"),
        (HEAD + "A,B,Why?,b,b,c,S\nA,B,How?,b,b,,S\n", "Row 2: Incorrect Answers is empty"),
        (HEAD + "A,B,,b,b,c,S\n", "Row 1: Question is empty"),
        (HEAD + "A,B,Why?,b,b;c,c,S\n", "Row 1: each of its Incorrect Answers is among the Correct"),
        (HEAD + "A,B,Why?\n", "Row 1: Best Answer is empty"),
        (HEAD, "The file is empty"),
        (HEAD + 'A,B,"Why?\n', "the file is not CSV"),
    ],
)
def test_a_wrong_file_is_told_with_its_row(tmp_path, content, said):
    path = tmp_path / "TruthfulQA.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FTError, match=said):
        truthfulqa.read(path)
