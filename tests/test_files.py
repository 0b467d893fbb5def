"""Files that outlive a killed process: whole or not at all, torn lines survived."""

import json

import pytest

from ft_core.files import append_line, read_json, read_lines, write_json


def test_torn_lines_are_ignored_and_ended_before_the_next(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append_line(path, {"kind": "train", "step": 1})
    with open(path, "ab") as file:
        file.write(b'{"kind": "train", "st')
    assert list(read_lines(path)) == [{"kind": "train", "step": 1}]
    append_line(path, {"kind": "train", "step": 2})
    assert [row["step"] for row in read_lines(path)] == [1, 2]


def test_json_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    with pytest.raises(ValueError):
        write_json(path, {"a": float("nan")})
    assert json.loads(path.read_text()) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_what_is_not_there_is_none_and_no_rows(tmp_path):
    assert read_json(tmp_path / "a.json") is None and list(read_lines(tmp_path / "a.jsonl")) == []
