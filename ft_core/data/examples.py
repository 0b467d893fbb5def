"""Rows -> Examples, one function for each shape that can be learnt from."""

from typing import Any

from ft_core.data.read import Table
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
    examples = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        question = plain(row[columns.prompt or ""])
        more = plain(row[extra]) if extra else ""
        if more.strip():
            question = f"{more}\n\n{question}" if extra == "context" else f"{question}\n\n{more}"
        instruction = plain(row[columns.system]) if columns.system else ""
        first = _system(instruction or system)
        answer = plain(row[columns.answer or ""])
        examples.append(
            Example(
                row=number,
                messages=(*first, Message(role="user", content=question), Message(role="assistant", content=answer)),
            )
        )
    return examples


def conversations(table: Table, columns: ColumnSpec, system: str | None) -> tuple[list[Example], Unusable]:
    """One conversation a row, OpenAI's role/content or ShareGPT's from/value, ending with the assistant's last message.

    Rows that cannot be used are returned with the reason.
    """
    examples: list[Example] = []
    unusable: Unusable = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        instruction = plain(row[columns.system]) if columns.system else ""
        turns = _turns(row[columns.messages or ""])
        if isinstance(turns, str):
            unusable.append((number, turns))
            continue
        own = [turn for turn in turns if turn.role == "system"]
        first = _system(instruction or system) or own[:1]
        examples.append(Example(row=number, messages=(*first, *(turn for turn in turns if turn.role != "system"))))
    return examples, unusable


def _system(text: str | None) -> list[Message]:
    return [Message(role="system", content=text)] if text and text.strip() else []


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
