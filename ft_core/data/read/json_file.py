"""JSON in the forms that data sets come in, and JSON Lines."""

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any, BinaryIO

import orjson

from ft_core.data.read import encoding as encodings
from ft_core.data.read.refusals import MAX_JSON, MAX_TEXT, megabytes, too_large, unreadable
from ft_core.data.table import BadRows, Literal, Row, Table, clean_cell, require_length, table_of

_Rows = list[tuple[int, Row]]

# Numbers stay as they are written, so that 1.10 stays 1.10.
_DECODER = json.JSONDecoder(parse_int=Literal, parse_float=Literal, parse_constant=lambda _: None)
# orjson is many times as fast and would make 1.1 of it: it reads the lines without anything that could be a bare number.
_NUMBER = re.compile(rb"[:\[,]\s*-?[0-9]")
_LONGEST_LINE = 4 * MAX_TEXT  # bytes
_MANY_BRACKETS = 500  # from which on lists may be nested deeper than Python goes


def read(file: BinaryIO, name: str, kind: str) -> Table:
    """The rows of a JSON or JSON Lines file. JSON that is broken is refused whole; broken lines of JSON Lines are listed.

    Raises FTError `data.unreadable`, `data.too_large`.
    """
    encoding = encodings.detect(file)
    if _is_lines(encodings.lines(file, encoding, name, "\n"), kind):
        return _read_lines(file, encoding, name)
    file.seek(0, 2)
    if file.tell() > MAX_JSON:
        why = f"It is one JSON value of {megabytes(file.tell())}; up to {megabytes(MAX_JSON)} are read."
        raise too_large(
            name, why, "Save it as JSON Lines (.jsonl, one row a line), which may be larger, or choose a smaller file."
        )
    text = "".join(encodings.lines(file, encoding, name))
    try:
        value = _parse(text)
    except json.JSONDecodeError as error:
        raise unreadable(
            name, f"It is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except RecursionError as error:
        raise unreadable(name, "Its lists are nested too deeply.") from error
    rows, bad = _rows(value, name)
    return table_of(rows, bad, "json", encodings.shown(encoding))


def _parse(text: str) -> Any:
    return _DECODER.decode(text.removeprefix("\ufeff"))


def _is_lines(lines: Iterator[str], kind: str) -> bool:
    """True when each line is a value of its own: by the file's name and its first line, or by its first two lines."""
    written = (line.removeprefix("\ufeff").strip() for line in lines)
    first = next((line for line in written if line), "")
    if kind == "jsonl":  # but one list or object over many lines is often called so too
        return first != "{" and (not first.startswith("[") or first.endswith("]"))
    try:
        return isinstance(_parse(first), dict) and any(written)
    except (ValueError, RecursionError):
        return False


def _read_lines(file: BinaryIO, encoding: str, name: str) -> Table:
    bad: BadRows = []
    return table_of(_lines(file, encoding, name, bad), bad, "jsonl", encodings.shown(encoding))


def _lines(file: BinaryIO, encoding: str, name: str, bad: BadRows) -> Iterator[tuple[int, Row]]:
    """The number and the object of each line that is not blank; the others go to `bad`."""
    numbers = count(1)
    for line in _byte_lines(file, encoding, name):
        if line.isspace():
            continue
        number = next(numbers)
        require_length(number)
        row, reason = _line(line)
        if row is None:
            bad.append((number, reason))
        else:
            yield number, row


def _byte_lines(file: BinaryIO, encoding: str, name: str) -> Iterator[bytes]:
    """The lines in UTF-8. Only "\n" ends one: U+2028, which JSON allows inside a text, does not."""
    if encoding not in ("utf-8", "utf-8-sig"):
        return (line.encode("utf-8", "surrogatepass") for line in encodings.lines(file, encoding, name, "\n"))
    file.seek(3 if encoding == "utf-8-sig" else 0)
    return iter(file)


def _line(line: bytes) -> tuple[Row | None, str]:
    """The object of a line; or None, and why it cannot be used."""
    if len(line) > _LONGEST_LINE:
        return None, f"a line of {megabytes(len(line))}; up to {megabytes(_LONGEST_LINE)} are read"
    try:
        value = _value(line)
        if line.count(b"[") + line.count(b"{") > _MANY_BRACKETS:
            clean_cell(value)
    except json.JSONDecodeError as error:
        return None, f"not valid JSON at column {error.colno}: {error.msg}"
    except UnicodeDecodeError as error:
        return None, f"not valid UTF-8 at byte {error.start + 1}"
    except RecursionError:
        return None, "nested too deeply"
    return (value, "") if isinstance(value, dict) else (None, "not an object with named values")


def _value(line: bytes) -> Any:
    if not _NUMBER.search(line):
        try:
            return orjson.loads(line)
        except orjson.JSONDecodeError:
            pass  # half characters, NaN or deep lists, about which the slower one decides
    return _parse(line.decode("utf-8", "surrogatepass"))


def _rows(value: Any, name: str) -> tuple[_Rows, BadRows]:
    """Rows of a parsed JSON file: a list; {"train": [...], "test": [...]}; columns; what pandas writes; SQuAD's articles."""
    if isinstance(value, dict):
        found = _rows_of_dict(value)
        if found is None:
            raise unreadable(name, "It holds one object and no list of rows.")
        return list(enumerate(found, start=1)), []
    if not isinstance(value, list):
        raise unreadable(name, "It holds a single value and no list of rows.")
    if all(isinstance(item, str) for item in value):
        return [(number, {"text": item}) for number, item in enumerate(value, start=1)], []
    rows: _Rows = []
    bad: BadRows = []
    for number, item in enumerate(value, start=1):
        row = _row(item)
        if row is None:
            bad.append((number, "not an object with named values"))
        else:
            rows.append((number, row))
    return rows, bad


def _row(item: Any) -> Row | None:
    if isinstance(item, dict):
        return item
    return {f"column_{index}": cell for index, cell in enumerate(item, start=1)} if isinstance(item, list) else None


def _rows_of_dict(value: dict[str, Any]) -> list[Row] | None:
    columns, data = value.get("columns"), value.get("data")
    if (
        isinstance(columns, list)
        and isinstance(data, list)
        and all(isinstance(row, list) and len(row) == len(columns) for row in data)
    ):
        return [dict(zip(map(str, columns), row, strict=True)) for row in data]
    lists = {key: inner for key, inner in value.items() if isinstance(inner, list)}
    if lists and len(lists) == len(value) and _are_columns(list(lists.values())):
        return [dict(zip(lists, cells, strict=True)) for cells in zip(*lists.values(), strict=True)]
    splits = {key: rows for key, rows in lists.items() if rows and all(isinstance(row, dict | list) for row in rows)}
    if splits:
        return _squad(splits.get("data")) or [
            _named_split(key, row, len(splits) > 1) for key, rows in splits.items() for row in rows
        ]
    inner = list(value.values())
    if inner and all(isinstance(column, dict) and column and column.keys() == inner[0].keys() for column in inner):
        # pandas' to_json without options: {"column": {"0": cell, "1": cell}}
        return [{key: value[key][index] for key in value} for index in inner[0]]
    return None


def _are_columns(lists: list[list[Any]]) -> bool:
    """Lists of one length are columns when at least one holds plain values or whole conversations."""
    if len({len(cells) for cells in lists}) != 1 or not lists[0]:
        return False
    return any(
        not isinstance(cells[0], dict | list)
        or (isinstance(cells[0], list) and cells[0] and isinstance(cells[0][0], dict))
        for cells in lists
    )


def _named_split(split: str, item: Any, several: bool) -> Row:
    row = _row(item) or {}
    return {**row, "split": split} if several and "split" not in row else row


def _squad(articles: Any) -> list[Row] | None:
    """One row a question of SQuAD's original file: articles > paragraphs > questions. None when it is not one."""
    if not articles or not all(
        isinstance(article, dict) and isinstance(article.get("paragraphs"), list) for article in articles
    ):
        return None
    rows = []
    for article in articles:
        for paragraph in article["paragraphs"]:
            for question in paragraph.get("qas", []):
                answers = [answer.get("text", "") for answer in question.get("answers", [])]
                context = paragraph.get("context", "")
                rows.append(
                    {
                        "id": question.get("id", ""),
                        "context": context,
                        "question": question.get("question", ""),
                        "answers": {"text": answers},
                    }
                )
    return rows
