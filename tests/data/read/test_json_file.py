import json

import pytest

from ft_core.data.read import json_file
from ft_core.data.read.files import read
from ft_core.data.read.refusals import MAX_TEXT
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


def test_lines_keep_numbers_half_characters_and_missing_values(tmp_path):
    lines = [
        '{"a": 1.10, "b": "at 10:30, 5 o\'clock"}',
        '{"a": "x\\ud800", "b": NaN}',
        '{"a": [1, 2.50, null], "b": true}',
    ]
    assert rows(table(tmp_path, "\n".join(lines), "a.jsonl")) == [
        {"a": "1.10", "b": "at 10:30, 5 o'clock"},
        {"a": "x\ufffd", "b": ""},
        {"a": ["1", "2.50", ""], "b": "true"},
    ]


def test_lines_nested_too_deeply_or_too_long_are_listed(tmp_path):
    deep = '{"a": ' + "[" * 990 + "]" * 990 + "}"
    deeper = '{"a": ' + "[" * 100_000 + "}"
    long = json.dumps({"a": "x" * (MAX_TEXT + 1)})
    longest = json.dumps({"a": ["x" * MAX_TEXT] * 9})
    result = table(tmp_path, "\n".join([deep, '{"a": "1"}', deeper, long, longest]), "a.jsonl")
    assert rows(result) == [{"a": "1"}] and [number for number, _ in result.bad_rows] == [1, 3, 4, 5]
    assert [reason.split(" ")[0] for _, reason in result.bad_rows] == ["nested", "nested", "a", "a"]


def test_one_object_over_many_lines_named_jsonl(tmp_path):
    assert rows(table(tmp_path, json.dumps({"data": ROWS}, indent=1), "a.jsonl")) == ROWS


def test_utf16_lines(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"a": "ü"}\n{"a": "2"}\n'.encode("utf-16"))
    assert rows(read(path)) == [{"a": "ü"}, {"a": "2"}]


def test_keys_without_end_are_refused(tmp_path):
    for text in (json.dumps([{f"k{n}": n} for n in range(2000)]), "\n".join(f'{{"k{n}": 1}}' for n in range(2000))):
        with pytest.raises(FTError) as caught:
            table(tmp_path, text)
        assert caught.value.code == "data.too_large"


def test_a_single_value_has_a_limit_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(json_file, "MAX_JSON", 50)
    with pytest.raises(FTError) as caught:
        table(tmp_path, ROWS)
    assert caught.value.code == "data.too_large" and ".jsonl" in caught.value.fix
    assert len(table(tmp_path, "\n".join(json.dumps(row) for row in ROWS * 9))) == 18
