"""Read a person's file into rows: CSV, TSV, JSON, JSON Lines or Parquet. Text stays as it is written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes

from ft_core.data import foreign
from ft_core.errors import FTError

Row = dict[str, Any]
Rows = list[tuple[int, Row]]
BadRows = list[tuple[int, str]]

MAX_BYTES = 200 * 2**20
FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# What charset-normalizer may answer: what spreadsheets and databases write, not the look-alikes nobody uses.
_LATIN = ["cp1252", "cp1250", "cp1254", "mac_roman"]
_OTHERS = ["cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"]
_ENOUGH = 16  # foreign bytes below which a guess is no better than Windows' own encoding
_MIXED = "utf-8 and cp1252"  # files joined from two programs
_SAMPLE = 100_000
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Table:
    """The rows of a file. A cell is text, or a list or dict (whole conversations); a missing cell is "".

    `numbers` holds each row's place in the file, counted from 1 without the header, and `bad_rows` (place, reason) those left
    out. `header` is False when the columns had to be named by us.
    """

    rows: list[Row]
    columns: list[str]
    format: str
    encoding: str | None
    bad_rows: BadRows = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    header: bool = True

    def __post_init__(self) -> None:
        if not self.numbers:
            object.__setattr__(self, "numbers", list(range(1, len(self.rows) + 1)))


def read(path: Path) -> Table:
    """All rows of `path`. A few broken rows of a CSV or JSON Lines file are left out and listed.

    Raises FTError `data.missing`, `data.empty`, `data.unreadable`, `data.too_large` or `data.format`.
    """
    # Each reader is imported where it is used: they share this module's names.
    from ft_core.data import read_csv, read_json, read_parquet

    kind = _kind(path)
    if kind == "parquet":
        table = read_parquet.read(path)
    else:
        text, encoding = decode(path.read_bytes(), path.name)
        if not text.strip():
            raise empty(path.name, "There is no text in it.")
        try:
            table = (
                read_csv.read(text, encoding, path)
                if kind in ("csv", "tsv")
                else read_json.read(text, encoding, path, kind)
            )
        except RecursionError as error:
            raise unreadable(path.name, "Its lists are nested too deeply.") from error
    if not table.rows and not table.bad_rows:
        raise empty(path.name, "It has a header but no rows." if table.columns else "There are no rows in it.")
    if not table.rows:
        number, reason = table.bad_rows[0]
        raise unreadable(path.name, f"None of its {len(table.bad_rows)} rows can be read; row {number}: {reason}.")
    return table


def format_of(name: str) -> str:
    """The format that the ending of a file's name stands for. Raises FTError `data.format`, which says how to get a file that is read."""
    kind = FORMATS.get(Path(name).suffix.lower())
    if kind is None:
        raise foreign.by_name(name)
    return kind


def _kind(path: Path) -> str:
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
    kind = format_of(path.name)
    size = path.stat().st_size
    if size == 0:
        raise empty(path.name, "It has 0 bytes.")
    if size > MAX_BYTES:
        raise FTError(
            "data.too_large",
            f"{path.name} is too large.",
            f"It has {size / 2**20:.0f} MB; up to {MAX_BYTES // 2**20} MB are read.",
            "Choose a smaller file: a few thousand rows are plenty for a first fine-tuning.",
        )
    return kind


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Bytes -> text and the name of its encoding: byte-order mark, UTF-8, then a guess.

    Raises FTError `data.unreadable`, or `data.format` for a file that is no text.
    """
    refusal = foreign.by_content(data, name)
    if refusal:
        raise refusal
    encoding = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None) or _guess(data)
    if encoding == _MIXED:
        return "".join(_decode_line(line) for line in data.splitlines(keepends=True)), _MIXED
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable(name, f"Byte {error.start + 1} is not valid {encoding.upper()}.") from error
    return text, "utf-8" if encoding == "utf-8-sig" else encoding


def _guess(data: bytes) -> str:
    head = data[:_SAMPLE]
    if head.count(0) > len(head) // 4:
        return "utf-16-be" if head[0::2].count(0) > head[1::2].count(0) else "utf-16-le"
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    # Lines of plain ASCII say nothing about the encoding and only cost time.
    lines = [line for line in data.splitlines() if not line.isascii()]
    if sum(_is_utf8(line) for line in lines) * 2 > len(lines):
        return _MIXED
    telling = b"\n".join(lines)[:_SAMPLE]
    foreign = sum(byte > 127 for byte in telling)
    latin = foreign * 4 < len(telling)  # other scripts have few ASCII letters
    best = from_bytes(telling, cp_isolation=_LATIN if latin else _OTHERS).best() if foreign >= _ENOUGH else None
    return best.encoding if best else "cp1252" if latin else "latin-1"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def _decode_line(line: bytes) -> str:
    return line.decode("utf-8") if _is_utf8(line) else line.decode("cp1252", "replace")


def clean_cell(value: Any) -> Any:
    """A cell as the project holds it: text, or a list or dict of such; None -> "". Half characters, which no file can hold, become U+FFFD."""
    if isinstance(value, str):
        return value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value)
    if value is None or value != value:  # NaN is the one value that is not equal to itself
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return {clean_cell(str(key)): clean_cell(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean_cell(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def table_of(
    rows: Iterable[tuple[int, Row]], bad_rows: BadRows, kind: str, encoding: str | None, header: bool = True
) -> Table:
    """A Table of (number, row) pairs whose rows may lack keys: the columns are all keys in the order they first appear."""
    columns: dict[str, None] = {}
    numbered = [(number, {str(key): clean_cell(value) for key, value in row.items()}) for number, row in rows]
    for _, row in numbered:
        columns.update(dict.fromkeys(row))
    whole = [{name: row.get(name, "") for name in columns} for _, row in numbered]
    return Table(whole, list(columns), kind, encoding, bad_rows, [number for number, _ in numbered], header)


def empty(name: str, why: str) -> FTError:
    """FTError `data.empty`."""
    return FTError("data.empty", f"{name} is empty.", why, "Choose a file with rows of examples: a hundred or more.")


def unreadable(name: str, why: str) -> FTError:
    """FTError `data.unreadable`."""
    return FTError(
        "data.unreadable", f"{name} cannot be read.", why, "Correct the file there, or save it again as CSV (UTF-8)."
    )
