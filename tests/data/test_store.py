import pyarrow
import pytest
from pyarrow import parquet

from ft_core.data import store
from ft_core.errors import FTError
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
