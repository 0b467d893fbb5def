import json
import os
import time
from dataclasses import replace

import pyarrow
import pytest
from pyarrow import parquet

from ft_core.data import store
from ft_core.errors import FTError
from ft_core.files import read_json, write_json
from ft_core.settings.example import Example, Message

EXAMPLE = Example(7, (Message("system", "Sort."), Message("user", "ünï"), Message("assistant", "a")))


def test_what_is_written_is_read_again_and_damage_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "_BATCH", 1)
    parts = {"train": [EXAMPLE, EXAMPLE], "validation": [], "test": [EXAMPLE]}
    store.write(tmp_path / "abc", parts, {"kept": 2}, {"task": "instruction"})
    dataset = store.Dataset.open(tmp_path / "abc")
    assert dataset.examples("train") == [EXAMPLE, EXAMPLE] and dataset.examples("validation") == []
    assert dataset.report == {"kept": 2} and dataset.task == "instruction"
    assert [path.name for path in tmp_path.iterdir()] == ["abc"], "nothing is left over"
    (dataset.folder / "test.parquet").write_bytes(b"x")
    with pytest.raises(FTError, match="damaged"):
        dataset.examples("test")


def test_a_folder_without_a_dataset_is_none(tmp_path):
    with pytest.raises(FTError, match="There is no dataset"):
        store.Dataset.open(tmp_path)


IN_A_MIX = Example(7, (Message("user", "x"), Message("assistant", "a")), part="faq")


def test_the_part_is_kept(tmp_path):
    store.write(tmp_path / "abc", {"train": [IN_A_MIX, EXAMPLE]}, {}, {})
    assert store.Dataset.open(tmp_path / "abc").examples("train") == [IN_A_MIX, EXAMPLE]


def test_a_dataset_that_was_stored_before_there_were_parts_is_read(tmp_path):
    path = tmp_path / "abc" / "train.parquet"
    path.parent.mkdir()
    parquet.write_table(pyarrow.Table.from_pylist([{"row": 1, "messages": [{"role": "user", "content": "x"}]}]), path)
    (path.parent / "dataset.json").write_text(json.dumps({"files": {path.name: store.sha256(path)}}))
    dataset = store.Dataset.open(path.parent)
    assert dataset.examples("train") == [Example(1, (Message("user", "x"),))] and dataset.source_sha256 is None


def test_a_write_that_fails_leaves_the_old_version_whole_and_nothing_else(tmp_path):
    store.write(tmp_path / "abc", {"train": [EXAMPLE]}, {"kept": 1}, {"task": "instruction"})
    before = {path.name: path.read_bytes() for path in (tmp_path / "abc").iterdir()}
    for folder in ("abc", "def"):
        with pytest.raises(ValueError, match="JSON"):
            store.write(tmp_path / folder, {"train": [IN_A_MIX]}, {"share": float("nan")}, {})
    store.write(tmp_path / "abc", {"train": [IN_A_MIX]}, {"kept": 2}, {"task": "chat"})
    assert {path.name: path.read_bytes() for path in (tmp_path / "abc").iterdir()} == before, "the first one stays"
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]


def test_what_a_killed_write_left_goes_after_an_hour(tmp_path):
    hour = time.time() - 3700
    for name, inside in ((".abc.a1b2c3d4", hour), (".def.a1b2c3d4", time.time()), (".notes", hour)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.parquet").write_bytes(b"half")
        os.utime(tmp_path / name / "train.parquet", (inside, inside))
        os.utime(tmp_path / name, (hour, hour))
    store.write(tmp_path / "abc", {"train": [EXAMPLE]}, {}, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == [".def.a1b2c3d4", ".notes", "abc"]


def test_versions_are_listed_newest_first(tmp_path):
    assert store.versions(tmp_path / "none") == []
    for age, name in enumerate(("new", "middle", "old")):
        store.write(tmp_path / name, {"train": [EXAMPLE]}, {}, {})
        moment = time.time() - age * 60
        os.utime(tmp_path / name / "dataset.json", (moment, moment))
    (tmp_path / ".half.a1b2c3d4").mkdir()
    (tmp_path / "empty").mkdir()
    assert [dataset.id for dataset in store.versions(tmp_path)] == ["new", "middle", "old"]


def test_generated_rows_keep_their_mark_and_older_versions_have_none(tmp_path):
    made = replace(EXAMPLE, generated=True)
    store.write(tmp_path / "abc", {"train": [EXAMPLE, made]}, {}, {})
    assert store.Dataset.open(tmp_path / "abc").examples("train") == [EXAMPLE, made]
    path = tmp_path / "abc" / "train.parquet"
    parquet.write_table(parquet.read_table(path).drop_columns(["generated"]), path)
    values = read_json(tmp_path / "abc" / "dataset.json")
    write_json(tmp_path / "abc" / "dataset.json", values | {"files": {"train.parquet": store.sha256(path)}})
    assert store.Dataset.open(tmp_path / "abc").examples("train") == [EXAMPLE, EXAMPLE]


def test_tools_rejected_answers_and_origins_are_kept(tmp_path):
    messages = (Message("user", "q"), Message("assistant", "", ('{"name": "a", "arguments": {}}',)))
    example = Example(3, messages, '[{"type": "function"}]', (Message("assistant", "bad"),), "help", True)
    store.write(tmp_path / "abc", {"train": [example]}, {}, {})
    assert store.Dataset.open(tmp_path / "abc").examples("train") == [example]


def test_datasets_of_earlier_versions_still_open(tmp_path):
    store.write(tmp_path / "abc", {"train": [EXAMPLE]}, {}, {})
    path = tmp_path / "abc" / "train.parquet"
    messages = pyarrow.list_(pyarrow.struct([("role", pyarrow.string()), ("content", pyarrow.string())]))
    schema = pyarrow.schema([("row", pyarrow.int64()), ("messages", messages)])
    row = {"row": 7, "messages": [{"role": one.role, "content": one.content} for one in EXAMPLE.messages]}
    parquet.write_table(pyarrow.Table.from_pylist([row], schema=schema), path)
    store.write_json(path.with_name("dataset.json"), {"files": {path.name: store.sha256(path)}})
    assert store.Dataset.open(tmp_path / "abc").examples("train") == [EXAMPLE]
