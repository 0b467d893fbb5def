import errno
import gzip
import io
import zipfile

import pytest

from ft_core.data.read import archive_file, files
from ft_core.data.read.files import read
from ft_core.errors import FTError
from tests.data.made import rows
from tests.data.read.made import write, zipped

TICKETS = b"message,label\nhello,a\nyou,b\n"


def refusal(path):
    with pytest.raises(FTError) as caught:
        read(path)
    return caught.value


def test_what_is_in_a_gz_is_read(tmp_path):
    table = read(write(tmp_path, "tickets.csv.gz", gzip.compress(TICKETS)))
    assert len(rows(table)) == 2 and table.format == "csv"


def test_one_file_in_a_zip_is_read_whatever_its_folder_is_called(tmp_path):
    files_inside = {
        "../../../evil/tickets.csv": TICKETS,
        "README.md": b"# About",
        "__MACOSX/._tickets.csv": b"\x00",
        ".DS_Store": b"x",
        "picture.png": b"x",
    }
    (tmp_path / "inner").mkdir()
    table = read(write(tmp_path / "inner", "a.zip", zipped(files_inside)))
    assert len(table) == 2 and table.format == "csv"
    assert table.notes == ("Read from a.zip: ../../../evil/tickets.csv. Not read: picture.png.",)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "inner"]


def test_files_of_one_kind_are_read_together(tmp_path):
    more = b"message,label\nbye,a\n3,too,many\n"
    table = read(write(tmp_path, "a.zip", zipped({"b.csv": more, "a.csv": TICKETS, "notes.txt": b"about it"})))
    assert [row["message"] for row in rows(table)] == ["hello", "you", "bye"] and table.numbers == [1, 2, 3]
    assert table.bad_rows == [(4, "b.csv, row 2: 3 fields instead of 2")]
    assert table.notes[-1] == "Read from a.zip: 2 files. Not read: notes.txt."


def test_nested_archives_and_files_of_several_kinds_are_refused(tmp_path):
    nested = refusal(write(tmp_path, "a.zip", zipped({"b.zip": zipped({"c.csv": TICKETS})})))
    assert nested.code == "data.format" and "b.zip inside it is packed" in nested.why
    disguised = refusal(write(tmp_path, "b.zip", zipped({"c.csv": gzip.compress(TICKETS)})))
    assert disguised.code == "data.format" and "one layer" in disguised.why
    assert refusal(write(tmp_path, "c.gz", gzip.compress(gzip.compress(TICKETS)))).code == "data.format"
    mixed = refusal(write(tmp_path, "d.zip", zipped({"a.csv": TICKETS, "b.jsonl": b"{}"})))
    assert mixed.code == "data.format" and "1 csv, 1 jsonl" in mixed.why
    assert refusal(write(tmp_path, "e.zip", zipped({"a.exe": b"x"}))).code == "data.empty"
    assert refusal(write(tmp_path, "f.zip", zipped({}))).code == "data.empty"


def test_what_unpacks_to_more_than_is_read_is_refused_while_unpacking(tmp_path, monkeypatch):
    for module in (archive_file, files):
        monkeypatch.setattr(module, "MAX_BYTES", 5_000_000)
    for name, data in (
        ("a.csv.gz", gzip.compress(bytes(9_000_000))),
        ("a.zip", zipped({"a.csv": bytes(9_000_000)})),
        ("b.zip", zipped({"a.csv": TICKETS * 100_000, "b.csv": TICKETS * 100_000})),
    ):
        assert refusal(write(tmp_path, name, data)).code == "data.too_large"


@pytest.mark.parametrize("cut", [-8, -30])
def test_damaged_archives_say_so(tmp_path, cut):
    assert refusal(write(tmp_path, "a.csv.gz", gzip.compress(TICKETS * 9)[:cut])).code == "data.unreadable"
    assert refusal(write(tmp_path, "a.zip", zipped({"a.csv": TICKETS})[:cut])).code == "data.unreadable"


def test_a_password_is_told(tmp_path):
    data = bytearray(zipped({"a.csv": TICKETS}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    error = refusal(write(tmp_path, "a.zip", bytes(data)))
    assert error.code == "data.unreadable" and error.why == "It has a password."


def test_what_comes_with_data_is_none():
    wanted = ["a.csv", "../x/b.csv", "c\\d.csv"]
    assert [
        p for p in [*wanted, "README.md", ".a.csv", "x/.git/a.csv", "LICENSE.txt", ""] if archive_file.is_data(p)
    ] == wanted
    assert archive_file.last_name("c\\d.csv") == "d.csv"


def test_members_come_in_order():
    with zipfile.ZipFile(io.BytesIO(zipped({"b.csv": b"", "a.csv": b""}))) as archive:
        assert archive_file.members(archive, "a.zip") == ["a.csv", "b.csv"]


def test_a_zip_of_too_many_files_is_refused(tmp_path):
    error = refusal(write(tmp_path, "a.zip", zipped({f"{n}.csv": b"" for n in range(1001)})))
    assert error.code == "data.too_large" and "1,001 files" in error.why


class FullDisk(io.BytesIO):
    def write(self, _block):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_no_damage(tmp_path, monkeypatch):
    monkeypatch.setattr(archive_file.tempfile, "TemporaryFile", FullDisk)
    for path in (
        write(tmp_path, "a.csv.gz", gzip.compress(TICKETS)),
        write(tmp_path, "a.zip", zipped({"a.csv": TICKETS})),
    ):
        with pytest.raises(OSError, match="No space left"):
            read(path)
