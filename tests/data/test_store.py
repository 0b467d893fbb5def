from dataclasses import replace

import pytest
from pyarrow import parquet

from ft_core.data import store
from ft_core.errors import FTError
from ft_core.run import read_json, write_json
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


def test_generated_rows_keep_their_mark_and_older_versions_have_none(tmp_path):
    made = replace(EXAMPLE, generated=True)
    store.write(tmp_path / "abc", {"train": [EXAMPLE, made]}, {}, {})
    assert store.Dataset.open(tmp_path / "abc").examples("train") == [EXAMPLE, made]
    path = tmp_path / "abc" / "train.parquet"
    parquet.write_table(parquet.read_table(path).drop_columns(["generated"]), path)
    values = read_json(tmp_path / "abc" / "dataset.json")
    write_json(tmp_path / "abc" / "dataset.json", values | {"files": {"train.parquet": store.sha256(path)}})
    assert store.Dataset.open(tmp_path / "abc").examples("train") == [EXAMPLE, EXAMPLE]
