"""The file of generated rows: JSON Lines, one row a line, with what the person decided about each. Always replaced whole.

The line of a row holds `id`, `status` (pending, accepted, rejected), `messages`, `how`, `rows`, `source`, `checks` and `writer`.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from pydantic import TypeAdapter, ValidationError

from ft_core.data.augment.generated import Generated, Status
from ft_core.errors import FTError
from ft_core.files import write_text

_ADAPTER = TypeAdapter(Generated)


def load(path: Path) -> list[Generated]:
    """The rows in the order of the file. Raises FTError `generated.missing` or `generated.file`, which names the line."""
    if not path.is_file():
        raise FTError(
            "generated.missing",
            f"There is no file of generated rows {path.name}.",
            f"{path} does not exist.",
            "Make new rows first (Make more examples in the Data tab, or `python -m ft_core augment`), or leave Generated rows empty (`generated: null`).",
        )
    rows = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if line.strip():
            rows.append(_row(line, number, path.name))
    return rows


def save(path: Path, rows: Sequence[Generated]) -> None:
    """Replace the file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "".join(json.dumps(row.as_dict(), ensure_ascii=False) + "\n" for row in rows))


def decide(path: Path, identity: str, status: Status) -> None:
    """Write down what the person decided about one row. Raises what `load` raises, and FTError `generated.row`."""
    rows = load(path)
    if all(row.id != identity for row in rows):
        raise FTError(
            "generated.row",
            "This generated row is no longer there.",
            f"{path.name} holds no row {identity}.",
            "Open the file again: its rows have changed meanwhile.",
        )
    save(path, [replace(row, status=status) if row.id == identity else row for row in rows])


def counts(rows: Sequence[Generated]) -> dict[str, int]:
    """{"pending", "accepted", "rejected"}."""
    found = Counter(row.status for row in rows)
    return {status: found[status] for status in get_args(Status)}


def export(rows: Sequence[Generated], path: Path) -> int:
    """Write the accepted rows as JSON Lines of `messages`, which `inspect` and `prepare` read as data of its own. How many there were.

    A passage stays in `passage` beside its question and answer.
    """
    lines = []
    for row in rows:
        if row.status == "accepted":
            passage = {} if row.rows else {"passage": row.source}
            lines.append({"messages": [message.as_dict() for message in row.messages]} | passage)
    write_text(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return len(lines)


def _row(line: bytes, number: int, name: str) -> Generated:
    try:
        row = _ADAPTER.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise _broken(name, number, f"{where}: {first['msg']}" if where else first["msg"]) from error
    roles = [message.role for message in row.messages]
    if len(roles) < 2 or roles[-1] != "assistant" or "user" not in roles:
        raise _broken(name, number, "its messages are no question with an answer after it")
    return row


def _broken(name: str, number: int, why: str) -> FTError:
    return FTError(
        "generated.file",
        f"{name} is not a file of generated rows.",
        f"Line {number} cannot be used: {why}.",
        "Correct or delete that line, or choose a file of generated rows as the Data tab and `python -m ft_core augment` make them.",
    )
