import json

import pytest

from ft_core.data import contamination
from ft_core.errors import FTError
from tests.data.made import pairs

LONG = "A man in a blue coat puts the old wooden ladder against the wall of the barn and climbs up slowly"
SHORT = "Which planet has the most moons?"


@pytest.fixture
def files(tmp_path):
    hellaswag = tmp_path / "swag.jsonl"
    rows = [
        {"ind": 1, "ctx": LONG, "endings": ["a", "b"]},
        {"ind": 2, "ctx": LONG[::-1].replace("a", "e"), "endings": ["c"]},
    ]
    hellaswag.write_text("".join(json.dumps(row) + "\n" for row in rows))
    arc = tmp_path / "arc.jsonl"
    arc.write_text(
        "".join(json.dumps({"query": f"Question: {text}", "gold": 1}) + "\n" for text in (SHORT, "Why is ice cold?"))
    )
    mmlu = tmp_path / "mmlu.csv"
    mmlu.write_text("".join(f"What is {n} times the number {n * 7}?,1,2,3,4,{'ABCD'[n % 4]}\n" for n in range(20)))
    truthful = tmp_path / "truthful.csv"
    truthful.write_text(
        "Type,Question,Best Answer\nx,Where did fortune cookies come from?,Japan\nx,Who is it?,Nobody\n"
    )
    return {"swag": hellaswag, "arc": arc, "mmlu": mmlu, "truthful": truthful}


def test_questions_are_found_in_every_layout(files):
    for name, text, number in (
        ("swag", LONG.upper(), 1),
        ("arc", "which planet has the most moons", 1),
        ("mmlu", "what is 0 times the number 0", 1),
        ("mmlu", "what is 19 times the number 133", 20),
        ("truthful", "Where did fortune cookies come from", 1),
    ):
        found = contamination.find(pairs(("something else", "a"), (text, "b")), [files[name]])
        assert [(overlap.row, overlap.number) for overlap in found] == [(2, number)], name
        assert found[0].benchmark == files[name].name


def test_a_long_question_inside_a_longer_text_or_an_answer(files):
    inside = f"Please go on with this text for me, {LONG.lower()}, in about ten more sentences of your own"
    found = contamination.find(
        pairs((inside, "a"), ("tell me", inside), (" ".join(LONG.split()[:9]), "c")), list(files.values())
    )
    assert [overlap.row for overlap in found] == [1, 2], "nine words in a row are fewer than thirteen"


def test_the_problem_names_rows_and_questions_and_changes_nothing(files):
    examples = pairs(("new", "a"), (SHORT, "Saturn"))
    problem = contamination.problems(examples, [files["truthful"], files["arc"]])[0]
    assert (problem.code, problem.count, problem.rows) == ("contamination", 1, [2])
    assert problem.samples == [(SHORT, f"arc.jsonl, question 1: {SHORT}")] and "arc.jsonl" in problem.why
    assert contamination.problems(examples[:1], list(files.values())) == []


def test_a_file_without_questions_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,size\nx,1\ny,2\n")
    with pytest.raises(FTError) as caught:
        contamination.find(pairs(("a", "b")), [path])
    assert caught.value.code == "data.benchmark" and "`name`, `size`" in caught.value.why
