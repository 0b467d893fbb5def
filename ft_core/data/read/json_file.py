"""JSON in the forms that data sets come in, and JSON Lines."""

import json
from pathlib import Path
from typing import Any

from ft_core.data.read.refusals import unreadable
from ft_core.data.table import BadRows, Literal, Row, Table, table_of

_Rows = list[tuple[int, Row]]


def read(text: str, encoding: str, path: Path, kind: str) -> Table:
    """The rows of a JSON or JSON Lines text. JSON that is broken is refused whole; broken lines of JSON Lines are listed.

    Raises FTError `data.unreadable`.
    """
    text = text.removeprefix("\ufeff")
    if kind == "jsonl" and not _is_array(text):
        return _read_lines(text, encoding)
    try:
        value = _parse(text)
    except json.JSONDecodeError as error:
        if _first_line_is_object(text):
            return _read_lines(text, encoding)
        raise unreadable(
            path.name, f"It is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except RecursionError as error:
        raise unreadable(path.name, "Its lists are nested too deeply.") from error
    rows, bad = _rows(value, path.name)
    return table_of(rows, bad, "json", encoding)


def _parse(text: str) -> Any:
    """JSON with numbers as they are written, so that 1.10 stays 1.10."""
    return json.loads(text, parse_int=Literal, parse_float=Literal, parse_constant=lambda _: None)


def _is_array(text: str) -> bool:
    """True for a file that is called .jsonl and holds one JSON list over many lines."""
    head = text.lstrip()
    return head.startswith("[") and not head.split("\n", 1)[0].rstrip().endswith("]")


def _first_line_is_object(text: str) -> bool:
    try:
        return isinstance(_parse(text.lstrip().split("\n", 1)[0]), dict)
    except (ValueError, RecursionError):
        return False


def _read_lines(text: str, encoding: str) -> Table:
    rows: _Rows = []
    bad: BadRows = []
    # Only "\n": str.splitlines would also cut at U+2028, which JSON allows inside a text.
    lines = [line for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines, start=1):
        try:
            value = _parse(line)
        except json.JSONDecodeError as error:
            bad.append((number, f"not valid JSON at column {error.colno}: {error.msg}"))
            continue
        except RecursionError:
            bad.append((number, "nested too deeply"))
            continue
        if isinstance(value, dict):
            rows.append((number, value))
        else:
            bad.append((number, "not an object with named values"))
    return table_of(rows, bad, "jsonl", encoding)


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
