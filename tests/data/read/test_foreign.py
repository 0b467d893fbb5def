import pytest

from ft_core.data.read import foreign
from ft_core.data.read.files import format_of, read
from ft_core.errors import FTError
from tests.data.read.made import write, zipped


@pytest.mark.parametrize(
    ("name", "what", "fix"),
    [
        ("tickets.numbers", "A .numbers file cannot be read: it is a spreadsheet.", "Save the sheet as CSV"),
        ("a.odt", "A .odt file cannot be read: it is a document.", "Save it as .docx, as PDF"),
        ("a.7z", "A .7z file cannot be read: it is an archive.", "Unpack it"),
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
    assert "Files that work: .csv, .tsv, .json, .jsonl, .parquet, .xlsx" in caught.value.why
    assert caught.value.fix.startswith(fix)


@pytest.mark.parametrize(
    ("data", "kind", "fix"),
    [
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}), "a document", "Save it as .docx"),
        (zipped({"Index/Tables/Tile.iwa": b"x"}), "a spreadsheet", "Save the sheet as CSV"),
        (b"7z\xbc\xaf\x27\x1c", "an archive", "Unpack it"),
        (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "a web page", "Download the file itself"),
        (b"\x89PNG\r\n\x1a\n", "a picture, sound or program", "Choose a file that holds texts."),
    ],
)
@pytest.mark.parametrize("name", ["tickets.csv", "tickets.jsonl", "tickets.xlsx"])
def test_a_file_that_is_not_what_its_name_says_is_known_by_its_bytes(tmp_path, name, data, kind, fix):
    with pytest.raises(FTError) as caught:
        read(write(tmp_path, name, data))
    assert caught.value.code == "data.format" and caught.value.fix.startswith(fix)
    assert caught.value.what == f"{name} cannot be read: it is {kind}, whatever its name says."


def test_what_is_read_gets_no_advice():
    assert foreign.by_content("sheet", "a.csv") is None and foreign.by_content("gz", "a.csv") is None


def test_text_with_tags_is_still_text(tmp_path):
    path = write(tmp_path, "a.csv", "message,label\n<html>hello</html>,a\nPK and more,b\n")
    assert len(read(path)) == 2
