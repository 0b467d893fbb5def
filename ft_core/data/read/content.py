"""What a file is by its bytes, whatever its name says."""

import zipfile
from typing import BinaryIO

PACKED = ("gz", "zip")
_ZIP = b"PK\x03\x04"


def kind_of(file: BinaryIO) -> str | None:
    """`parquet`, `sheet`, `docx`, `pdf`, `gz` or `zip`; a kind that `foreign` has advice for; None for what may be text."""
    file.seek(0)
    head = file.read(4096)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "sheet"  # .xls before 2007, and an .xlsx with a password; a .doc looks the same and has its own ending
    if head.startswith((_ZIP, b"PK\x05\x06")):
        return _zipped(file)
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if (
        head.startswith((b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!\x1a", b"\x28\xb5\x2f\xfd", b"BZh"))
        or head[257:262] == b"ustar"
    ):
        return "archive"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"OggS", b"ID3", b"\x7fELF", b"MZ\x90\x00")):
        return "picture, sound or program"
    if head.startswith(b"{\\rtf"):
        return "document"
    # A download that led to a page, often one that asks to sign in.
    start = head[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return "web page" if start.startswith((b"<!doctype html", b"<html")) else None


def _zipped(file: BinaryIO) -> str:
    """Office files are archives: the names of what is inside tell them."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:200] if _is_small(archive, "mimetype", names) else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, KeyError):
        return "zip"  # a broken one: reading it says so
    if any(name.startswith("xl/workbook") for name in names) or b"opendocument.spreadsheet" in mimetype:
        return "sheet"
    if "word/document.xml" in names:
        return "docx"
    if any(name.startswith("Index/Tables/") for name in names):
        return "spreadsheet"
    return "document" if b"opendocument" in mimetype or "ppt/presentation.xml" in names else "zip"


def _is_small(archive: zipfile.ZipFile, name: str, names: set[str]) -> bool:
    return name in names and archive.getinfo(name).file_size < 1000
