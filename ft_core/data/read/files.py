"""Read a person's file into a Table: CSV, TSV, JSON, JSON Lines or Parquet."""

from pathlib import Path

from ft_core.data.read import csv_file, foreign, json_file, parquet_file
from ft_core.data.read.encoding import decode
from ft_core.data.read.refusals import MAX_BYTES, empty, unreadable
from ft_core.data.table import Table
from ft_core.errors import FTError

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


def read(path: Path) -> Table:
    """All rows of `path`. A few broken rows of a CSV or JSON Lines file are left out and listed.

    Raises FTError `data.missing`, `data.empty`, `data.unreadable`, `data.too_large` or `data.format`.
    """
    kind = _kind(path)
    if kind == "parquet":
        table = parquet_file.read(path)
    else:
        text, encoding = decode(path.read_bytes(), path.name)
        if not text.strip():
            raise empty(path.name, "There is no text in it.")
        try:
            table = (
                csv_file.read(text, encoding, path)
                if kind in ("csv", "tsv")
                else json_file.read(text, encoding, path, kind)
            )
        except RecursionError as error:
            raise unreadable(path.name, "Its lists are nested too deeply.") from error
    if not len(table) and not table.bad_rows:
        raise empty(path.name, "It has a header but no rows." if table.columns else "There are no rows in it.")
    if not len(table):
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
