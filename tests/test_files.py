"""Files that outlive a killed process: whole or not at all, torn lines survived."""

import errno
import json

import pytest

from ft_core.files import (
    Growing,
    append_line,
    last_lines,
    read_json,
    read_lines,
    remembered,
    sync_folder,
    write_json,
    write_text,
)


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


def test_the_last_lines_of_a_long_file(tmp_path):
    path = tmp_path / "log.txt"
    assert last_lines(path, 3) == []
    path.write_text("".join(f"line {number}\n" for number in range(20_000)), encoding="utf-8")
    assert last_lines(path, 2) == ["line 19998", "line 19999"]


def test_a_full_disk_is_the_systems_own_error_and_what_was_there_stays(tmp_path):
    full = tmp_path / "metrics.jsonl"
    full.symlink_to("/dev/full")
    with pytest.raises(OSError) as caught:
        append_line(full, {"step": 1})
    assert caught.value.errno == errno.ENOSPC


def test_a_folder_that_is_gone_cannot_be_synced(tmp_path):
    sync_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "gone")


def test_a_file_is_read_again_once_it_has_changed(tmp_path):
    asked = []

    @remembered
    def read(path):
        asked.append(path)
        return path.read_text(encoding="utf-8")

    path = tmp_path / "a.txt"
    with pytest.raises(FileNotFoundError):
        read(path)
    write_text(path, "one")
    assert [read(path), read(path)] == ["one", "one"] and len(asked) == 2
    write_text(path, "two")  # as long, and written in the same moment: another file in its place
    assert read(path) == "two"
    with open(path, "a", encoding="utf-8") as file:
        file.write("!")
    assert read(path) == "two!" and len(asked) == 4


def test_of_a_growing_file_only_what_is_new_is_read(tmp_path, monkeypatch):
    path, growing = tmp_path / "metrics.jsonl", Growing(files=2)
    assert growing.read(path) == []
    append_line(path, {"step": 1})
    with open(path, "ab") as file:
        file.write(b'{"step": ')
    assert growing.read(path) == [{"step": 1}]
    with open(path, "ab") as file:
        file.write(b"2}")
    assert growing.read(path) == [{"step": 1}, {"step": 2}] == list(read_lines(path))
    append_line(path, {"step": 3})
    with monkeypatch.context() as patch:
        asked = []
        patch.setattr("ft_core.files.orjson.loads", lambda line: asked.append(line) or json.loads(line))
        assert [row["step"] for row in growing.read(path)] == [1, 2, 3]
        assert asked == [b'{"step": 2}', b'{"step": 3}']


def test_a_growing_file_that_another_took_the_place_of_is_read_from_its_beginning(tmp_path):
    path, growing = tmp_path / "metrics.jsonl", Growing(files=2)
    for step in range(3):
        append_line(path, {"step": step})
    assert len(growing.read(path)) == 3
    path.write_bytes(b'{"step": 7}\n')  # cut short
    assert growing.read(path) == [{"step": 7}]
    write_text(path, '{"step": 8}\n{"step": 9}\n')
    assert growing.read(path) == [{"step": 8}, {"step": 9}]
    path.unlink()
    assert growing.read(path) == []
    for name in "abc":  # more than are kept: each is read right all the same
        append_line(tmp_path / name, {"step": 1})
        assert growing.read(tmp_path / name) == [{"step": 1}]
