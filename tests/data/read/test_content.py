import io

import pytest

from ft_core.data.read.content import kind_of
from tests.data.read.made import pdf, xlsx, zipped


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"message,label\n", None),
        (b"PK and more\n", None),
        (b"%PDFs are fine\n", None),
        (pdf(["x"]), "pdf"),
        (xlsx({"S": ""}), "sheet"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "sheet"),
        (zipped({"word/document.xml": b""}), "docx"),
        (zipped({"a.csv": b"x"}), "zip"),
        (b"PK\x03\x04broken", "zip"),
        (b"\x1f\x8b\x08", "gz"),
        (b"PAR1....", "parquet"),
        (b"BZh9", "archive"),
        (b"<HTML>", "web page"),
    ],
)
def test_bytes_tell_the_kind(data, kind):
    assert kind_of(io.BytesIO(data)) == kind
