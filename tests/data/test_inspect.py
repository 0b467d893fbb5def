import json

import pytest

from ft_core.data.inspect import inspect
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.errors import FTError


def test_everything_about_a_file_as_json(tmp_path, tokenizer_folder):
    path = tmp_path / "a.csv"
    path.write_text(
        "message,label\n" + "".join(f"text number {n} of {n * n},{'xy'[n % 2]}\n" for n in range(20)) + "broken\n"
    )
    result = inspect(path, window=Window(ChatTokenizer.load(tokenizer_folder), 512))
    assert json.loads(json.dumps(result)) == result
    assert (result["format"], result["shape"], result["rows"], result["columns"]) == (
        "csv",
        "text-label",
        20,
        ["message", "label"],
    )
    assert result["mapping"] == {"prompt": "message", "answer": "label"} and result["labels"] == ["x", "y"]
    assert result["bad_rows"] == [{"row": 21, "reason": "1 field instead of 2"}]
    assert [problem["code"] for problem in result["problems"]] == ["bad_rows", "small_data"]
    assert result["token_lengths"]["max"] > 0
    assert result["quality"]["verdict"]["level"] == "a start" and result["quality"]["balance"]["ratio"] == 1.0


def test_a_shape_that_cannot_be_learnt_is_reported(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("A first paragraph of a text.\n\nAnother one.\n")
    found = inspect(path)
    assert found["shape"] == "text" and found["quality"] is None and found["examples"] == []


def test_one_column_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("message\nhello\nyou\n")
    with pytest.raises(FTError) as caught:
        inspect(path)
    assert caught.value.code == "data.one_column"


def test_a_file_of_two_rows_does_not_look_fine(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("message,label\nWhere is my parcel now,delivery\nI want my money back,returns\n")
    problems = {problem["code"]: problem for problem in inspect(path)["problems"]}
    assert list(problems) == ["rare_labels", "small_data"]
    assert problems["small_data"]["count"] == 2 and problems["small_data"]["rows"] == []


def test_several_files_are_one_table_with_notes(tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.jsonl"]
    paths[0].write_text("message,label\nWhere is my parcel now,delivery\n")
    paths[1].write_text('{"message": "I want my money back", "label": "returns"}\n[]\n')
    result = inspect(paths)
    assert (result["format"], result["rows"], len(result["notes"])) == ("csv, jsonl", 2, 2)
    assert result["bad_rows"] == [{"row": 3, "reason": "b.jsonl, row 2: not an object with named values"}]
