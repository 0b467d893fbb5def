"""PDF: the text of each page as a row."""

from typing import Any, BinaryIO

from ft_core.data.read import apart
from ft_core.data.read.refusals import unreadable
from ft_core.data.table import BadRows, Table, clean_cell, table_of

_SCANNED = "a page without text: it is empty, or a picture"


def read(file: BinaryIO, name: str) -> Table:
    """One row a page, in a column `text`; pages without text are listed. Raises FTError `data.unreadable`."""
    pages = apart.gather("pdf", file, name)["pages"]
    if not any(pages):
        why = f"None of its {len(pages)} pages holds text: they are pictures, as a scanner makes them."
        raise unreadable(
            name, why, "Run text recognition (OCR) on it and choose the PDF that comes of it, or type the text."
        )
    bad: BadRows = [(number, _SCANNED) for number, text in enumerate(pages, start=1) if not text]
    rows = ((number, {"text": text}) for number, text in enumerate(pages, start=1) if text)
    return table_of(rows, bad, "pdf", None, header=False, columns=["text"])


def gathered(file: BinaryIO) -> dict[str, Any]:
    """{"pages"}: the text of each page, "" where there is none; {"why"} for what is no PDF. In the child process of `apart`."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(file)
        return {"pages": [_text(page) for page in document]}
    except (pypdfium2.PdfiumError, OSError) as error:
        password = "password" in str(error).lower()
        return {"why": "It has a password." if password else f"It is not a valid PDF: {str(error).rstrip('.')}."}


def _text(page: Any) -> str:
    lines = page.get_textpage().get_text_bounded().replace("\r\n", "\n").replace("\r", "\n")
    return clean_cell(lines.replace("\ufffe", "").strip())  # U+FFFE stands for a hyphen at a line's end
