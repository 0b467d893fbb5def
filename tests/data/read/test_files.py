import gzip

import pytest

from ft_core.data.read.files import format_of, read
from ft_core.data.read.refusals import MAX_BYTES
from ft_core.errors import FTError
from tests.data.made import rows
from tests.data.read.made import pdf, sheet_rows, write, xlsx


def refusal(path):
    with pytest.raises(FTError) as caught:
        read(path)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_same_text_in_every_encoding(tmp_path, encoding):
    text = "message,label\nDas Gerät läuft nicht für mich,Störung\nschöne Grüße aus Köln,Gruß\n" * 3
    table = read(write(tmp_path, "a.csv", text.encode(encoding)))
    assert rows(table)[0] == {"message": "Das Gerät läuft nicht für mich", "label": "Störung"}
    assert table.columns == ["message", "label"]


def test_cyrillic_of_windows_is_recognised(tmp_path):
    text = (
        "текст,метка\n" + "Где мой заказ? Он не пришёл вовремя,доставка\nВерните мне деньги за этот товар,возврат\n" * 5
    )
    assert rows(read(write(tmp_path, "a.csv", text.encode("cp1251"))))[0]["метка"] == "доставка"


def test_lines_of_two_encodings_in_one_file(tmp_path):
    data = "m,l\nfür,1\nschön,2\ngrün,3\n".encode() + "blöd,4\n".encode("cp1252")
    table = read(write(tmp_path, "a.csv", data))
    assert [row["m"] for row in rows(table)] == ["für", "schön", "grün", "blöd"]


def test_half_characters_of_json_can_be_stored(tmp_path):
    table = read(write(tmp_path, "a.json", '[{"a": "x\\ud800y", "b": "\\ud83c\\udf89"}]'))
    assert rows(table) == [{"a": "x\ufffdy", "b": "🎉"}]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"", "data.empty"),
        ("a.csv", b"\xef\xbb\xbf \n\n", "data.empty"),
        ("a.csv", bytes(100_000), "data.empty"),
        ("a.csv", b"message,label\n", "data.empty"),
        ("a.json", b"[]", "data.empty"),
        ("a.json", b"{}", "data.unreadable"),
        ("a.json", b"3", "data.unreadable"),
        ("a.xlsx", b"PK\x03\x04", "data.unreadable"),
        ("a.xlsx", b"\x00\x01\x02", "data.unreadable"),
        ("a.csv", b"PK\x03\x04rest", "data.unreadable"),
        ("a.docx", b"no document", "data.unreadable"),
        ("a.pdf", b"no pages", "data.unreadable"),
        ("a.csv.gz", b"no archive", "data.unreadable"),
        ("a.zip", b"no archive", "data.unreadable"),
        ("a.sql", b"select 1", "data.format"),
        ("a.parquet", b"no parquet", "data.unreadable"),
        ("a.json", b"[" * 100_000, "data.unreadable"),
        ("a.json", b"[" * 900 + b"]" * 900, "data.unreadable"),
        ("a.jsonl", b"{broken\n[1]\n", "data.unreadable"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, data, code):
    assert refusal(write(tmp_path, name, data)).code == code


def test_missing_file_folder_and_too_large_file(tmp_path):
    assert refusal(tmp_path / "none.csv").code == "data.missing"
    (tmp_path / "folder.csv").mkdir()
    folder = refusal(tmp_path / "folder.csv")
    assert folder.code == "data.format" and folder.what == "folder.csv is a folder." and "inside it" in folder.fix
    with open(tmp_path / "large.csv", "wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert refusal(tmp_path / "large.csv").code == "data.too_large"


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("tickets", b"message;label\nhello;a\nyou;b\n", "csv"),
        ("tickets", b'[{"message": "hello"}]', "json"),
        ("tickets", b'{"message": "hello"}\n{"message": "you"}\n', "jsonl"),
        ("tickets.xls", b"message\tlabel\nhello\ta\n", "tsv"),
        ("tickets.txt", b"message\tlabel\nhello\ta\nyou\tb\n", "tsv"),
        ("tickets.txt", b"message,label\nhello,a\nyou,b\n", "csv"),
        ("story.txt", b"Once, long ago,\nthere was, far away,\na king, old and wise,\n", "text"),
        ("tickets.csv", xlsx({"Sheet1": sheet_rows([["message"], ["hello"]])}), "xlsx"),
        ("tickets.csv", gzip.compress(b"message,label\nhello,a\n", mtime=0), "csv"),
        ("tickets.csv", pdf(["hello"]), "pdf"),
    ],
)
def test_the_bytes_tell_where_the_name_does_not_or_lies(tmp_path, name, data, format):
    assert read(write(tmp_path, name, data)).format == format


def test_a_name_without_ending_and_a_text_without_columns_is_asked_for(tmp_path):
    error = refusal(write(tmp_path, "tickets", b"one line of text\nand another\n"))
    assert error.code == "data.format" and "tickets.csv" in error.fix


def test_names_with_folders_and_tags_in_cells_are_inert(tmp_path):
    script = "<script>alert(1)</script>"
    table = read(write(tmp_path, "a.csv", f"message,label\n{script},=cmd()\n"))
    assert rows(table) == [{"message": script, "label": "=cmd()"}]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "csv"),
        ("B.CSV", "csv"),
        ("a.tab", "tsv"),
        ("a.b.ndjson", "jsonl"),
        ("x.parquet", "parquet"),
        ("a.XLSM", "xlsx"),
        ("a.csv.gz", "gz"),
    ],
)
def test_the_ending_gives_the_format(name, kind):
    assert format_of(name) == kind
