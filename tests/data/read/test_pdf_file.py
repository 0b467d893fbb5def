import io

import pytest

from ft_core.data.read import pdf_file
from ft_core.data.read.files import read
from ft_core.errors import FTError
from tests.data.made import rows
from tests.data.read.made import pdf, write


def test_each_page_is_a_row_and_pages_without_text_are_listed(tmp_path):
    table = read(write(tmp_path, "a.pdf", pdf(["Returns take 30 days.", "", "Parcels take two."])))
    assert rows(table) == [{"text": "Returns take 30 days."}, {"text": "Parcels take two."}]
    assert table.numbers == [1, 3] and table.bad_rows == [(2, "a page without text: it is empty, or a picture")]
    assert (table.format, table.encoding) == ("pdf", None)


def test_a_scanned_document_is_told_from_a_broken_one(tmp_path):
    with pytest.raises(FTError) as caught:
        read(write(tmp_path, "a.pdf", pdf(["", ""])))
    assert caught.value.code == "data.unreadable" and "OCR" in caught.value.fix
    assert "not a valid PDF" in pdf_file.gathered(io.BytesIO(b"%PDF-1.7 nothing"))["why"]
