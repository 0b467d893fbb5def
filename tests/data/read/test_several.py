import zipfile

import pytest

from ft_core.data.read import several
from ft_core.data.read.several import files_in, read_all
from ft_core.errors import FTError
from tests.data.made import rows
from tests.data.read.made import write


def test_files_are_read_together_and_told(tmp_path):
    paths = [write(tmp_path, "a.csv", "m,l\n1,x\n"), write(tmp_path, "b.jsonl", '{"m": "2", "l": "y"}\n')]
    told = []
    assert rows(read_all(paths, told.append)) == [{"m": "1", "l": "x"}, {"m": "2", "l": "y"}]
    assert told == ["reading a.csv", "reading b.jsonl"]


def test_a_broken_file_among_them_is_named(tmp_path):
    paths = [write(tmp_path, "a.csv", "m,l\n1,x\n"), write(tmp_path, "b.json", "[{]")]
    with pytest.raises(FTError, match="b.json cannot be read"):
        read_all(paths)


def test_more_than_is_read_in_all_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(several, "MAX_BYTES", 10)
    paths = [write(tmp_path, name, "m,l\n1,x\n") for name in ("a.csv", "b.csv")]
    assert len(read_all(paths[:1])) == 1
    with pytest.raises(FTError) as caught:
        read_all(paths)
    assert caught.value.code == "data.too_large"


def test_the_data_files_of_a_folder_in_order(tmp_path):
    (tmp_path / "inner.csv").mkdir()
    for name in ("b.csv", "a.jsonl", "README.md", "license.txt", ".hidden.csv", "tool.py"):
        write(tmp_path, name, "x")
    assert [path.name for path in files_in(tmp_path)] == ["a.jsonl", "b.csv"]
    assert files_in(tmp_path / "b.csv") == [tmp_path / "b.csv"]
    with pytest.raises(FTError) as caught:
        files_in(tmp_path / "inner.csv")
    assert caught.value.code == "data.empty"


def test_files_without_a_common_column_are_not_mixed(tmp_path):
    paths = [write(tmp_path, "one.csv", "question,answer\n1,x\n"), write(tmp_path, "two.csv", "Frage,Antwort\n2,y\n")]
    with pytest.raises(FTError, match=r"two.csv does not belong to one.csv") as caught:
        read_all(paths)
    assert caught.value.code == "data.columns" and "`Frage`, `Antwort`" in caught.value.why
    assert len(read_all([paths[0], write(tmp_path, "three.csv", "question,note\n3,z\n")])) == 2


def test_neither_are_those_of_one_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("faq.csv", "question,answer\n1,x\n")
        archive.writestr("people.csv", "id,name\n2,y\n")
    with pytest.raises(FTError) as caught:
        read_all([tmp_path / "both.zip"])
    assert caught.value.code == "data.columns"
