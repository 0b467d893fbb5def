"""Rows -> Examples, one function for each shape that can be learnt from."""

from collections.abc import Iterable
from itertools import repeat
from typing import Any

from ft_core.data.table import Table
from ft_core.settings.data import ColumnSpec
from ft_core.settings.example import Example, Message, Role

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
}
Unusable = list[tuple[int, str]]


def plain(value: Any) -> str:
    """A cell as text. A list (SQuAD's answers) gives its first entry, a dict its `text`, `content` or `value`."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return plain(value[0]) if value else ""
    return (
        plain(next((value[key] for key in ("text", "content", "value") if key in value), ""))
        if isinstance(value, dict)
        else str(value)
    )


def pairs(table: Table, columns: ColumnSpec, system: str | None, extra: str | None = None) -> list[Example]:
    """One question and one answer a row. `extra` names a column that is put below the question (Alpaca's `input`) or above it (SQuAD's `context`)."""
    common = _system(system)
    examples = []
    for number, prompt, more, instruction, answer in zip(
        table.numbers,
        _texts(table, columns.prompt),
        _texts(table, extra),
        _texts(table, columns.system),
        _texts(table, columns.answer),
        strict=True,
    ):
        question = prompt
        if more.strip():
            question = f"{more}\n\n{prompt}" if extra == "context" else f"{prompt}\n\n{more}"
        first = _system(instruction) if instruction.strip() else common
        examples.append(Example(number, (*first, Message("user", question), Message("assistant", answer))))
    return examples


def conversations(table: Table, columns: ColumnSpec, system: str | None) -> tuple[list[Example], Unusable]:
    """One conversation a row, OpenAI's role/content or ShareGPT's from/value, ending with the assistant's last message.

    Rows that cannot be used are returned with the reason.
    """
    common = _system(system)
    examples: list[Example] = []
    unusable: Unusable = []
    for number, cell, instruction in zip(
        table.numbers, table.cells[columns.messages or ""], _texts(table, columns.system), strict=True
    ):
        turns = _turns(cell)
        if isinstance(turns, str):
            unusable.append((number, turns))
            continue
        own = [turn for turn in turns if turn.role == "system"]
        first = (_system(instruction) if instruction.strip() else common) or own[:1]
        examples.append(Example(number, (*first, *(turn for turn in turns if turn.role != "system"))))
    return examples, unusable


def _texts(table: Table, column: str | None) -> Iterable[str]:
    """The cells of a column as texts; "" for every row where no column is named."""
    return map(plain, table.cells[column]) if column else repeat("", len(table))


def _system(text: str | None) -> list[Message]:
    return [Message("system", text)] if text and text.strip() else []


def _turns(value: Any) -> list[Message] | str:
    """The messages of one cell up to the last answer, or why it cannot be used."""
    if not isinstance(value, list) or not value:
        return "no list of messages"
    messages: list[Message] = []
    for turn in value:
        if not isinstance(turn, dict):
            return "a message that is not an object"
        name = str(turn.get("role", turn.get("from", "")))
        role = _ROLES.get(name.lower())
        if role is None:
            return f"the role {name!r}, which is not supported (only system, user and assistant)"
        content = turn.get("content", turn.get("value", ""))
        if isinstance(content, list):
            content = "\n".join(plain(part) for part in content)
        messages.append(Message(role=role, content=plain(content)))
    last = max((index for index, message in enumerate(messages) if message.role == "assistant"), default=-1)
    if last < 0:
        return "no message of the assistant"
    messages = messages[: last + 1]
    if not any(message.role == "user" for message in messages):
        return "no message of the user before the answer"
    return messages
