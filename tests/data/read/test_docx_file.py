import io

import docx
import pytest

from ft_core.data.read import docx_file
from ft_core.data.read.files import read
from ft_core.errors import FTError
from tests.data.made import rows
from tests.data.read.made import write, zipped


def document(paragraphs, table=()):
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    if table:
        grid = made.add_table(len(table), len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def test_paragraphs_and_the_rows_of_small_tables_are_texts(tmp_path):
    data = document(["Who may return it?", "", "Anybody.", "Within 30 days."], [["days", "30"], ["cost", "none"]])
    table = read(write(tmp_path, "a.docx", data))
    assert [row["text"] for row in rows(table)] == [
        "Who may return it?",
        "Anybody.",
        "Within 30 days.",
        "days | 30",
        "cost | none",
    ]
    assert (table.format, table.columns, table.header) == ("docx", ["text"], False)


def test_a_document_that_is_one_table_is_that_table(tmp_path):
    data = document(["Our tickets"], [["message", "label"], ["hello", "a"], ["you", "b"]])
    table = read(write(tmp_path, "a.docx", data))
    assert rows(table) == [{"message": "hello", "label": "a"}, {"message": "you", "label": "b"}]
    assert table.notes == ("The table in a.docx is read; not read: the text outside of it.",)


def test_what_is_no_document_says_so(tmp_path):
    assert "not a valid Word document" in docx_file.gathered(io.BytesIO(zipped({"word/document.xml": b"x"})))["why"]
    with pytest.raises(FTError) as caught:
        read(write(tmp_path, "a.docx", document(["hello"])[:-40]))
    assert caught.value.code == "data.unreadable" and "damaged" in caught.value.why
