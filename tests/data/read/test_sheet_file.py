import io
from datetime import date, datetime

import pytest

from ft_core.data.read import parts, sheet_file
from ft_core.data.read.files import read
from ft_core.errors import FTError
from tests.data.made import rows
from tests.data.read.made import ods, sheet_rows, write, xlsx, zipped


def test_the_first_sheet_with_rows_is_read_and_the_others_are_named(tmp_path):
    tickets = sheet_rows([["message", "label", "count"], ["hello", "a", 3.0], ["you", "b", 1.5]])
    path = write(tmp_path, "a.xlsx", xlsx({"Cover": "", "Tickets": tickets, "Old": tickets}))
    table = read(path)
    assert rows(table) == [
        {"message": "hello", "label": "a", "count": "3"},
        {"message": "you", "label": "b", "count": "1.5"},
    ]
    assert (table.format, table.encoding, table.numbers) == ("xlsx", None, [1, 2])
    assert table.notes == ("Sheet `Tickets` of a.xlsx is read; not read: `Old`.",)


def test_blank_rows_and_columns_are_left_out():
    cells = [["", "message", "", "label"], ["", "", "", ""], ["", "hello", "", "a"]]
    found = sheet_file.gathered(io.BytesIO(xlsx({"S": sheet_rows(cells)})))
    assert found["records"] == [["message", "label"], ["hello", "a"]]


def test_an_opendocument_sheet(tmp_path):
    table = read(write(tmp_path, "a.ods", ods([["message", "label"], ["hello", "a"]])))
    assert rows(table) == [{"message": "hello", "label": "a"}] and table.format == "ods"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-2.5, "-2.5"),
        (1e300, "1e+300"),
        (True, "true"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 8, 30), "2026-01-31T08:30:00"),
        ("007", "007"),
    ],
)
def test_how_cells_are_written(value, text):
    assert sheet_file._text(value) == text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (xlsx({"S": sheet_rows([["a"], ["b"]])})[:-30], "damaged"),
        (zipped({"xl/workbook.xml": b"no xml"}), "not a valid spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "not a valid spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_sheets_that_cannot_be_read_say_why(tmp_path, data, why):
    with pytest.raises(FTError) as caught:
        read(write(tmp_path, "a.xlsx", data))
    assert caught.value.code == "data.unreadable" and why in caught.value.why


def test_two_cells_in_far_corners_do_not_take_all_memory(tmp_path):
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(FTError) as caught:
        read(write(tmp_path, "a.xlsx", xlsx({"S": corners})))
    assert caught.value.code == "data.unreadable" and "memory" in caught.value.why


def test_a_sheet_that_unpacks_to_more_than_is_read(monkeypatch):
    monkeypatch.setattr(parts, "MAX_UNPACKED", 1_000_000)
    bomb = zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": bytes(1_000_001)})
    assert sheet_file.gathered(io.BytesIO(bomb))["why"] == "Unpacked it has more than the 1 MB that are read."
