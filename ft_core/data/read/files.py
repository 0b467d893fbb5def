"""Read a person's file into a Table, whatever kind it is."""

import zipfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from ft_core.data.read import (
    archive_file,
    content,
    csv_file,
    docx_file,
    foreign,
    json_file,
    parquet_file,
    pdf_file,
    sheet_file,
    text_file,
)
from ft_core.data.read import encoding as encodings
from ft_core.data.read.join import join
from ft_core.data.read.refusals import MAX_BYTES, empty, megabytes, too_large, unreadable
from ft_core.data.table import Table, with_notes
from ft_core.errors import FTError

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".xlsb": "xlsb",
    ".ods": "ods",
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".dat": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".pdf": "pdf",
    ".docx": "docx",
    ".gz": "gz",
    ".zip": "zip",
}
_SHEETS = ("xlsx", "xls", "xlsb", "ods")
_DOCUMENTS = ("text", "markdown", "pdf", "docx")
_TEXTS = ("csv", "tsv", "json", "jsonl", "text", "markdown")


def read(path: Path) -> Table:
    """All rows of `path`. A few broken rows of a table or a JSON Lines file are left out and listed.

    What is packed as .gz or .zip is unpacked. Raises FTError `data.missing`, `data.empty`, `data.unreadable`, `data.too_large` or
    `data.format`.
    """
    _require_file(path)
    with open(path, "rb") as file:
        return _read(file, path.name)


def format_of(name: str) -> str:
    """The format that the ending of a file's name stands for. Raises FTError `data.format`, which says how to get a file that is read."""
    kind = FORMATS.get(Path(name).suffix.lower())
    if kind is None:
        raise foreign.by_name(name)
    return kind


def _read(file: BinaryIO, name: str) -> Table:
    kind = _kind(file, name)
    if kind == "gz":
        with archive_file.unpacked(file, name) as (inner, unpacked):
            return _read_inside(unpacked, inner, name)
    if kind == "zip":
        return _read_zip(file, name)
    if kind in _TEXTS:
        _require_text(file, name)
    try:
        table = _read_kind(file, name, kind)
    except RecursionError as error:
        raise unreadable(name, "Its lists are nested too deeply.") from error
    return _require_rows(table, name)


def _read_kind(file: BinaryIO, name: str, kind: str) -> Table:
    if kind in ("json", "jsonl"):
        return json_file.read(file, name, kind)
    if kind == "parquet":
        return parquet_file.read(file, name)
    if kind in _SHEETS:
        return sheet_file.read(file, name, kind)
    if kind in ("text", "markdown"):
        return text_file.read(file, name, kind)
    if kind == "pdf":
        return pdf_file.read(file, name)
    return docx_file.read(file, name) if kind == "docx" else csv_file.read(file, name)


def _kind(file: BinaryIO, name: str) -> str:
    """The format by the bytes where they tell, else by the name. Raises FTError `data.format`."""
    suffix = Path(name).suffix.lower()
    named = FORMATS.get(suffix)
    told = content.kind_of(file)
    if told and (refusal := foreign.by_content(told, name)):
        raise refusal
    if told == "sheet":
        if suffix in (".doc", ".ppt", ".msg"):  # as .xls, these begin with the same bytes
            raise foreign.by_name(name)
        return named if named in _SHEETS else "xlsx"
    if told:
        return told
    if named in _SHEETS and _is_text(file):
        return "csv"  # what many programs export as .xls is a text with tabs
    if named == "text" and text_file.is_table(file, name):
        return "csv"
    if named:
        return named
    return _kind_of_nameless(file, name) if not suffix else format_of(name)


def _kind_of_nameless(file: BinaryIO, name: str) -> str:
    """The format of a text whose name has no ending. Raises FTError `data.format` when it may be anything."""
    if _is_text(file):
        file.seek(0)
        if file.read(1000).lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")):
            return "json"
        if text_file.is_table(file, name):
            return "csv"
    raise foreign.by_name(name)


def _is_text(file: BinaryIO) -> bool:
    """True for UTF-8 and UTF-16 without the control characters that no text has."""
    file.seek(0)
    head = file.read(4096)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head) and encodings.detect(file) == "utf-8"


def _read_inside(file: BinaryIO, inner: str, name: str) -> Table:
    """The table of a file that was inside another one."""
    if content.kind_of(file) in content.PACKED:
        raise archive_file.nested(name, inner)
    return _read(file, inner)


def _read_zip(file: BinaryIO, name: str) -> Table:
    """The rows of all files of one kind inside a .zip; files of other kinds are named in a note."""
    with archive_file.opened(file, name) as archive:
        paths = archive_file.members(archive, name)
        chosen = _of_one_kind(paths, name)
        tables = _members(archive, chosen, name)
    table = join([(path, found) for path, found in zip(chosen, tables, strict=True)])
    others = [path for path in paths if path not in chosen]
    inside = chosen[0] if len(chosen) == 1 else f"{len(chosen)} files"
    left_out = f" Not read: {', '.join(others[:5])}{', ...' if len(others) > 5 else ''}." if others else ""
    return with_notes(table, f"Read from {name}: {inside}.{left_out}")


def _members(archive: zipfile.ZipFile, paths: Iterable[str], name: str) -> list[Table]:
    tables = []
    left = MAX_BYTES
    for path in paths:
        with archive_file.member(archive, path, name, left) as unpacked:
            left -= unpacked.seek(0, 2)
            tables.append(_read_inside(unpacked, archive_file.last_name(path), name))
    return tables


def _of_one_kind(paths: list[str], name: str) -> list[str]:
    """The files that are read together: those of the one kind of table there is, else of the one kind of document.

    Raises FTError `data.empty`, `data.format`.
    """
    kinds: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        kind = FORMATS.get(Path(archive_file.last_name(path)).suffix.lower())
        if kind is not None:
            kinds[kind].append(path)
    packed = next((path for kind in content.PACKED for path in kinds.pop(kind, [])), None)
    if not kinds and packed:
        raise archive_file.nested(name, packed)
    if not kinds:
        raise archive_file.nothing_inside(name, paths)
    for group in (set(kinds).difference(_DOCUMENTS), set(kinds)):
        if len(group) == 1:
            return kinds[group.pop()]
    found = ", ".join(f"{len(paths)} {kind}" for kind, paths in sorted(kinds.items()))
    raise FTError(
        "data.format",
        f"Which files of {name} belong together cannot be told.",
        f"It holds files of several kinds: {found}.",
        "Unpack it and choose the file with the examples, or pack only files of one kind.",
    )


def _require_file(path: Path) -> None:
    if not path.exists():
        raise FTError(
            "data.missing",
            f"There is no file {path.name}.",
            f"{path} does not exist.",
            "Check the path, or choose another file.",
        )
    if path.is_dir():
        raise FTError(
            "data.format",
            f"{path.name} is a folder.",
            "The examples are read from one file.",
            "Choose the file inside it that holds the examples.",
        )
    size = path.stat().st_size
    if size == 0:
        raise empty(path.name, "It has 0 bytes.")
    if size > MAX_BYTES:
        raise too_large(path.name, f"It has {megabytes(size)}; up to {megabytes(MAX_BYTES)} are read.")


def _require_text(file: BinaryIO, name: str) -> None:
    file.seek(0)
    while block := file.read(2**16):
        if block.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00"):
            return
    raise empty(name, "There is no text in it.")


def _require_rows(table: Table, name: str) -> Table:
    """The table, when it has rows. Raises FTError `data.empty`, `data.unreadable`."""
    if not len(table) and not table.bad_rows:
        raise empty(name, "It has a header but no rows." if table.columns else "There are no rows in it.")
    if not len(table):
        number, reason = table.bad_rows[0]
        raise unreadable(name, f"None of its {len(table.bad_rows):,} rows can be read; row {number}: {reason}.")
    return table
