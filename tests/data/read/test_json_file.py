import json

import pytest

from ft_core.data.read.files import read
from ft_core.errors import FTError
from tests.data.made import rows

ROWS = [{"text": "one", "label": "a"}, {"text": "two", "label": "b"}]


def table(folder, value, name="a.json"):
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    "value",
    [
        ROWS,
        {"version": "1", "data": ROWS},
        {"train": ROWS},
        {"text": ["one", "two"], "label": ["a", "b"]},
        {"text": {"0": "one", "1": "two"}, "label": {"0": "a", "1": "b"}},
        {"columns": ["text", "label"], "index": [0, 1], "data": [["one", "a"], ["two", "b"]]},
    ],
)
def test_the_forms_in_which_rows_come(tmp_path, value):
    result = table(tmp_path, value)
    assert rows(result) == ROWS and result.columns == ["text", "label"] and result.format == "json"


def test_splits_are_joined_and_named(tmp_path):
    result = table(tmp_path, {"train": [["one", "a"]], "test": [["two", "b"]]})
    assert rows(result)[1] == {"column_1": "two", "column_2": "b", "split": "test"}


def test_a_column_of_conversations(tmp_path):
    turns = [{"role": "user", "content": "hi"}]
    assert rows(table(tmp_path, {"messages": [turns, turns]})) == [{"messages": turns}, {"messages": turns}]


def test_squad_articles_become_questions(tmp_path):
    question = {"id": "1", "question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]}
    result = table(
        tmp_path, {"data": [{"title": "t", "paragraphs": [{"context": "Ada wrote it.", "qas": [question]}]}]}
    )
    assert rows(result) == [{"id": "1", "context": "Ada wrote it.", "question": "Who?", "answers": {"text": ["Ada"]}}]


def test_values_stay_as_written_and_missing_ones_are_empty(tmp_path):
    result = table(tmp_path, '[{"a": 1.10, "b": true, "c": null}, {"a": 12345678901234567890123, "d": NaN}]')
    assert rows(result) == [
        {"a": "1.10", "b": "true", "c": "", "d": ""},
        {"a": "12345678901234567890123", "b": "", "c": "", "d": ""},
    ]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_json_lines_under_any_name(tmp_path, name):
    result = table(tmp_path, '{"a": "1\u2028"}\n\n{"a": "2"}\n{broken}\n[3]\n{"a": "4"}', name)
    assert [row["a"] for row in rows(result)] == ["1\u2028", "2", "4"]
    assert result.numbers == [1, 2, 5] and [number for number, _ in result.bad_rows] == [3, 4]
    assert result.format == "jsonl"


def test_a_json_list_named_jsonl(tmp_path):
    assert rows(table(tmp_path, json.dumps(ROWS, indent=1), "a.jsonl")) == ROWS


def test_broken_json_is_refused_with_its_place(tmp_path):
    with pytest.raises(FTError) as caught:
        table(tmp_path, '[\n {"a": 1},\n {"a": }\n]')
    assert caught.value.code == "data.unreadable" and "line 3, column 8" in caught.value.why
