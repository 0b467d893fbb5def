"""Rows -> Examples, one function for each kind of rows that can be learnt from. Rows that cannot be used come back with the reason."""

from collections.abc import Iterable
from itertools import repeat
from typing import Any

from ft_core.data.shape.messages import messages_of, plain, spoken, tools_of, until_answer
from ft_core.data.table import Table
from ft_core.settings.data import ColumnSpec
from ft_core.settings.example import Example, Message

Unusable = list[tuple[int, str]]

_BELOW = "input"  # Alpaca's material stands below the instruction; any other context above the question
_YES = ("true", "1", "1.0", "yes")
_UNREADABLE_TOOLS = "tools that are no JSON list of objects with a name"


def pairs(table: Table, columns: ColumnSpec, system: str | None) -> tuple[list[Example], Unusable]:
    """One question and one answer a row."""
    common = _system(system)
    below = (columns.context or "").strip().lower() == _BELOW
    examples: list[Example] = []
    unusable: Unusable = []
    for number, prompt, context, instruction, answer, tools, wanted in zip(
        table.numbers,
        _texts(table, columns.prompt),
        _texts(table, columns.context),
        _texts(table, columns.system),
        _texts(table, columns.answer),
        _tools(table, columns.tools),
        _wanted(table, columns.wanted),
        strict=True,
    ):
        if not wanted or tools is None:
            unusable.append((number, _reason(wanted)))
            continue
        question = prompt
        if context.strip():
            question = f"{prompt}\n\n{context}" if below else f"{context}\n\n{prompt}"
        first = _system(instruction) if instruction.strip() else common
        examples.append(Example(number, (*first, Message("user", question), Message("assistant", answer)), tools))
    return examples, unusable


def conversations(table: Table, columns: ColumnSpec, system: str | None) -> tuple[list[Example], Unusable]:
    """One conversation a row, OpenAI's role/content or ShareGPT's from/value, ending with the assistant's last message."""
    examples: list[Example] = []
    unusable: Unusable = []
    for number, cell, instruction, tools, wanted in zip(
        table.numbers,
        table.cells[columns.messages or ""],
        _texts(table, columns.system),
        _tools(table, columns.tools),
        _wanted(table, columns.wanted),
        strict=True,
    ):
        if not wanted or tools is None:
            unusable.append((number, _reason(wanted)))
            continue
        turns = messages_of(cell)
        turns = turns if isinstance(turns, str) else until_answer(turns)
        if isinstance(turns, str):
            unusable.append((number, turns))
        else:
            examples.append(Example(number, _with_system(turns, instruction, system), tools))
    return examples, unusable


def endings(table: Table, columns: ColumnSpec, system: str | None) -> tuple[list[Example], Unusable]:
    """A beginning and its better and worse ending a row, each a text, a message, a list of messages, or a whole conversation.

    The better ending is learnt, the worse one kept beside it.
    """
    nothing = [""] * len(table)
    start = columns.messages or columns.prompt
    examples: list[Example] = []
    unusable: Unusable = []
    for number, beginning, better, worse, instruction, tools in zip(
        table.numbers,
        table.cells[start] if start else nothing,
        table.cells[columns.answer or ""],
        table.cells[columns.rejected] if columns.rejected else nothing,
        _texts(table, columns.system),
        _tools(table, columns.tools),
        strict=True,
    ):
        made = _UNREADABLE_TOOLS if tools is None else _two_endings(beginning, better, worse)
        if isinstance(made, str):
            unusable.append((number, made))
        else:
            turns, rejected = made
            examples.append(Example(number, _with_system(turns, instruction, system), tools or "", rejected))
    return examples, unusable


def texts(table: Table, columns: ColumnSpec) -> tuple[list[Example], Unusable]:
    """One text a row, to be continued."""
    rows = zip(table.numbers, _texts(table, columns.answer), strict=True)
    return [Example(number, (Message("assistant", text),)) for number, text in rows], []


def _two_endings(beginning: Any, better: Any, worse: Any) -> tuple[list[Message], tuple[Message, ...]] | str:
    """The conversation with its better ending and, in place of its last message, the worse one. Or why there are none."""
    start = spoken(beginning, "user") if beginning != "" else []
    if isinstance(start, str):
        return start
    turns = _ended(start, better)
    if isinstance(turns, str) or worse == "":
        return turns if isinstance(turns, str) else (turns, ())
    others = _ended(start, worse)
    if isinstance(others, str):
        return others
    shared = len(turns) - 1
    if others[:shared] != turns[:shared]:
        return "two conversations that differ before the last answer"
    if others == turns:
        return "the same answer as the better and as the worse one"
    return turns, tuple(others[shared:])


def _ended(start: list[Message], cell: Any) -> list[Message] | str:
    """The beginning with its ending. An ending that begins with something else than an answer is the whole conversation."""
    ending = spoken(cell, "assistant")
    if isinstance(ending, str):
        return ending
    return until_answer([*start, *ending] if ending[0].role == "assistant" else ending)


def _with_system(turns: list[Message], instruction: str, system: str | None) -> tuple[Message, ...]:
    """The row's own system column, else the common system prompt, else the conversation's, before the other messages."""
    own = "\n\n".join(turn.content for turn in turns if turn.role == "system")
    first = _system(instruction) or _system(system) or _system(own)
    return (*first, *(turn for turn in turns if turn.role != "system"))


def _texts(table: Table, column: str | None) -> Iterable[str]:
    """The cells of a column as texts; "" for every row where no column is named."""
    return map(plain, table.cells[column]) if column else repeat("", len(table))


def _tools(table: Table, column: str | None) -> Iterable[str | None]:
    return map(tools_of, table.cells[column]) if column else repeat("", len(table))


def _wanted(table: Table, column: str | None) -> Iterable[bool]:
    return (plain(cell).strip().lower() in _YES for cell in table.cells[column]) if column else repeat(True, len(table))


def _reason(wanted: bool) -> str:
    return _UNREADABLE_TOOLS if wanted else "an answer that is marked as not wanted"


def _system(text: str | None) -> list[Message]:
    return [Message("system", text)] if text and text.strip() else []
