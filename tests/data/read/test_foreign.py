import gzip
import io
import zipfile

import pytest

from ft_core.data.read.files import format_of, read
from ft_core.errors import FTError

SHEET = "Save the sheet as CSV: in Excel with File, Save As, CSV UTF-8"


def zipped(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "some text " * 50)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "what", "fix"),
    [
        ("tickets.xlsx", "A .xlsx file cannot be read: it is a spreadsheet.", SHEET),
        ("tickets.XLS", "A .xls file cannot be read: it is a spreadsheet.", SHEET),
        ("tickets.ods", "A .ods file cannot be read: it is a spreadsheet.", SHEET),
        (
            "a.pdf",
            "A .pdf file cannot be read: it is a document.",
            "Copy the examples into a spreadsheet, one row each",
        ),
        (
            "a.docx",
            "A .docx file cannot be read: it is a document.",
            "Copy the examples into a spreadsheet, one row each",
        ),
        ("a.zip", "A .zip file cannot be read: it is an archive.", "Unpack it"),
        ("a.csv.gz", "A .gz file cannot be read: it is an archive.", "Unpack it"),
        ("a.txt", "A .txt file cannot be read: it is a text without columns.", "Rename it to end in .csv when"),
        ("a.html", "A .html file cannot be read: it is a web page.", "Download the file itself"),
        ("a.exe", "A .exe file cannot be read.", "Save the table as CSV"),
        (
            "tickets",
            "What kind of file tickets is cannot be told.",
            "Add the ending to its name, for example tickets.csv.",
        ),
    ],
)
def test_every_kind_has_its_advice(name, what, fix):
    with pytest.raises(FTError) as caught:
        format_of(name)
    assert (caught.value.code, caught.value.what) == ("data.format", what)
    assert "Files that work: .csv, .tsv, .json, .jsonl, .parquet." in caught.value.why
    assert caught.value.fix.startswith(fix)


@pytest.mark.parametrize(
    ("data", "kind", "fix"),
    [
        (zipped("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"), "a spreadsheet", SHEET),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "a spreadsheet", SHEET),
        (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "a spreadsheet", SHEET),
        (zipped("[Content_Types].xml", "word/document.xml"), "a document", "Copy the examples"),
        (zipped("tickets.csv"), "an archive", "Unpack it"),
        (gzip.compress(b"message,label\nhello,a\n"), "an archive", "Unpack it"),
        (b"%PDF-1.7 ...", "a document", "Copy the examples"),
        (b"PAR1....", "a Parquet file", "Rename it to end in .parquet."),
        (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "a web page", "Download the file itself"),
    ],
)
@pytest.mark.parametrize("name", ["tickets.csv", "tickets.jsonl"])
def test_a_text_file_that_is_none_is_known_by_its_bytes(tmp_path, name, data, kind, fix):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FTError) as caught:
        read(tmp_path / name)
    assert caught.value.code == "data.format" and caught.value.fix.startswith(fix)
    assert caught.value.what == f"{name} cannot be read: it is {kind}, whatever its name says."


def test_text_with_tags_is_still_text(tmp_path):
    (tmp_path / "a.csv").write_text("message,label\n<html>hello</html>,a\nPK and more,b\n")
    assert len(read(tmp_path / "a.csv")) == 2
