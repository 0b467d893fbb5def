"""ARC: what is read, and what is refused with its row."""

import json

import pytest

from ft_core.errors import FTError
from ft_core.evals.benchmarks import arc

GOOD = {"query": "Question: Why?\nAnswer:", "choices": ["a", "b", "c"], "gold": 2}


def test_a_question_in_the_tasks_layout(tmp_path):
    path = tmp_path / "arc_easy.jsonl"
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    (question,) = arc.read(path).questions
    assert question["question"] == "Why?" and question["answerKey"] == "C"
    assert question["choices"] == {"text": ["a", "b", "c"], "label": ["A", "B", "C"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"query": None}, "Row 2: `query` is not a text"),
        ({"choices": ["a"]}, "Row 2: `choices` is not a list"),
        ({"choices": "abc"}, "Row 2: `choices` is not a list"),
        ({"gold": 3}, "Row 2: `gold` is not a number from 0 to 2"),
        ({"gold": True}, "Row 2: `gold` is not a number from 0 to 2"),
        ({"gold": "A"}, "Row 2: `gold` is not a number from 0 to 2"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, change, said):
    path = tmp_path / "arc_easy.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | change) + "\n", encoding="utf-8")
    with pytest.raises(FTError, match=said) as caught:
        arc.read(path)
    assert caught.value.code == "benchmarks.schema" and "gold" in caught.value.why
