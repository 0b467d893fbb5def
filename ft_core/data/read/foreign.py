"""Files of kinds that are not read: how each is recognised, and how to make a file of it that is."""

from pathlib import Path

from ft_core.errors import FTError

_WORKS = "Files that work: .csv, .tsv, .json, .jsonl, .parquet."
_ENDINGS = {
    "spreadsheet": (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers"),
    "document": (".pdf", ".docx", ".doc", ".odt", ".rtf", ".pptx", ".md"),
    "archive": (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".7z", ".rar"),
    "web page": (".html", ".htm"),
    "text without columns": (".txt", ".text", ".log", ".dat"),
}
_FIXES = {
    "spreadsheet": "Save the sheet as CSV: in Excel with File, Save As, CSV UTF-8; in LibreOffice with File, Save As, Text CSV; "
    "in Google Sheets with File, Download, Comma-separated values.",
    "document": "Copy the examples into a spreadsheet, one row each with the text and its answer, and save that as CSV (UTF-8).",
    "archive": "Unpack it, then choose the file that is inside.",
    "web page": "Download the file itself, with the page's Download or Raw button, and choose that.",
    "text without columns": "Rename it to end in .csv when its lines are rows with commas, semicolons or tabs between the columns; "
    "else copy the examples into a spreadsheet and save that as CSV (UTF-8).",
    "Parquet file": "Rename it to end in .parquet.",
}


def by_name(name: str) -> FTError:
    """FTError `data.format` for a file whose name ends in none of the endings that are read."""
    ending = Path(name).suffix.lower()
    if not ending:
        return FTError(
            "data.format",
            f"What kind of file {name} is cannot be told.",
            f"Its name has no ending. {_WORKS}",
            f"Add the ending to its name, for example {name}.csv.",
        )
    kind = next((kind for kind, endings in _ENDINGS.items() if ending in endings), None)
    if kind is None:
        fix = "Save the table as CSV (in a spreadsheet: File, Save As, CSV UTF-8), and choose that file."
        return FTError("data.format", f"A {ending} file cannot be read.", _WORKS, fix)
    what = f"A {ending} file cannot be read: it is {_article(kind)}."
    return FTError("data.format", what, _WORKS, _FIXES[kind])


def by_content(data: bytes, name: str) -> FTError | None:
    """FTError `data.format` for the bytes of a file that is called like a text and is none; None when it may be text."""
    kind = _kind(data)
    if kind is None:
        return None
    what = f"{name} cannot be read: it is {_article(kind)}, whatever its name says."
    return FTError("data.format", what, _WORKS, _FIXES[kind])


def _kind(data: bytes) -> str | None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "spreadsheet"  # .xls before 2007, and an .xlsx with a password; a .doc looks the same but is never called .csv
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if data.startswith((b"\x1f\x8b", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!\x1a", b"\x28\xb5\x2f\xfd")):
        return "archive"
    if data.startswith(b"%PDF"):
        return "document"
    if data.startswith(b"PAR1"):
        return "Parquet file"
    # A download that led to a page, often one that asks to sign in.
    return (
        "web page"
        if data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype html", b"<html"))
        else None
    )


def _zipped(data: bytes) -> str:
    """Office files are archives: the names of what is inside stand in them as they are."""
    if b"xl/workbook" in data or b"opendocument.spreadsheet" in data[:200] or b"Index/Tables/" in data:
        return "spreadsheet"
    return "document" if b"word/document" in data or b"opendocument.text" in data[:200] else "archive"


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
