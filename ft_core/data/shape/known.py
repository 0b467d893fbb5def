"""Forms of data that are known by the names of their columns or by what the cells hold: conversations, preferences, Alpaca, SQuAD."""

from dataclasses import dataclass
from typing import Any

from ft_core.data.shape.messages import listed, plain
from ft_core.data.table import Table
from ft_core.settings.data import ColumnSpec

SYSTEMS = ("system", "system_prompt")
_TURNS = (({"role", "content"}, "messages"), ({"from", "value"}, "sharegpt"))
_TOOLS = ("tools", "functions")
_PROMPTS = ("prompt", "question", "instruction", "input", "query", "history")
_ANSWERS = ("completion", "response", "answer", "output")
_HALVES = ("chosen", "rejected", *_PROMPTS, *_ANSWERS)  # of these, a list of messages is no whole conversation
_MARKS = ("label", "kto_tag", "desirable")


@dataclass(frozen=True)
class Found:
    """A decision without the rows: the shape, the columns, and one sentence why."""

    shape: str
    columns: ColumnSpec
    why: str


def known(table: Table, columns: ColumnSpec) -> Found | None:
    """The form of a table; what `columns` says of system prompt and tools wins. None when it is none of these."""
    talk = _conversation(table, columns)
    return _preference(table, talk, columns) or _marked(table, talk, columns) or talk or _by_name(table, columns)


def named(table: Table, names: tuple[str, ...], among: list[str] | None = None) -> str | None:
    """The column that has the first of these names, whatever its case and whether with `-` or `_`."""
    lowered = {name.strip().lower().replace("-", "_"): name for name in (table.columns if among is None else among)}
    return next((lowered[name] for name in names if name in lowered), None)


def first(table: Table, column: str) -> Any:
    """The first cell of a column that is not empty."""
    return next((cell for cell in table.cells[column] if cell != ""), "")


def is_talk(table: Table, column: str) -> bool:
    """True for a column of lists of messages."""
    return any(wanted <= _keys(table, column) for wanted, _ in _TURNS)


def turns_shape(table: Table, column: str) -> str:
    """`sharegpt` for a column of messages with from and value, else `messages`."""
    return next((shape for wanted, shape in _TURNS if wanted <= _keys(table, column)), "messages")


def _keys(table: Table, column: str) -> set[str]:
    """The keys of the first entry in a column of lists of objects; none when it is no such column."""
    cell = first(table, column)
    entries = listed(cell) if not isinstance(cell, dict) else None
    return set(entries[0]) if entries and isinstance(entries[0], dict) else set()


def _conversation(table: Table, columns: ColumnSpec) -> Found | None:
    """A column of whole conversations, but not the two halves of preference data, which are called chosen and rejected."""
    for name in table.columns:
        if is_talk(table, name) and name.lower() not in _HALVES:
            shape = turns_shape(table, name)
            tools = columns.tools or _some(table, _TOOLS)
            system = columns.system or named(table, SYSTEMS)
            why = f"`{name}` holds whole conversations with {'`from` and `value`' if shape == 'sharegpt' else '`role` and `content`'}"
            why += f", and `{tools}` the tools that they may call" if tools else ""
            used = columns.model_copy(update={"messages": name, "system": system, "tools": tools})
            return Found(shape, used, f"{why}.")
    return None


def _preference(table: Table, talk: Found | None, columns: ColumnSpec) -> Found | None:
    """A better and a worse answer in each row, after a prompt, a conversation, or a beginning that both share."""
    better, worse = named(table, ("chosen",)), named(table, ("rejected",))
    if better is None or worse is None:
        return None
    prompt = None if talk else named(table, _PROMPTS) or _only_other(table, {better, worse})
    if not (talk or prompt or is_talk(table, better) or "Human:" in plain(first(table, better))):
        return Found("unknown", ColumnSpec(), f"`{better}` and `{worse}` are a better and a worse answer, but to what?")
    start = talk.columns.messages if talk else prompt
    used = ColumnSpec(
        prompt=prompt,
        messages=talk.columns.messages if talk else None,
        answer=better,
        rejected=worse,
        system=columns.system or named(table, SYSTEMS),
        tools=columns.tools or _some(table, _TOOLS),
    )
    what = f"to `{start}`" if start else "to the messages that both begin with"
    why = f"`{better}` holds a better and `{worse}` a worse answer {what}: the better one is learnt, the worse one kept beside it."
    return Found("preference", used, why)


def _marked(table: Table, talk: Found | None, columns: ColumnSpec) -> Found | None:
    """Answers with a mark that says whether they are wanted (KTO)."""
    mark = named(table, _MARKS)
    prompt, answer = named(table, _PROMPTS), named(table, _ANSWERS)
    if mark is None or (talk is None and (prompt is None or answer is None)):
        return None
    if {plain(cell).strip().lower() for cell in table.cells[mark]} - {""} - {"true", "false"} or not first(table, mark):
        return None
    if talk:
        used, what = talk.columns.model_copy(update={"wanted": mark}), f"conversation in `{talk.columns.messages}`"
    else:
        system = columns.system or named(table, SYSTEMS)
        used, what = ColumnSpec(prompt=prompt, answer=answer, system=system, wanted=mark), f"`{answer}` to `{prompt}`"
    why = f"`{mark}` says of each {what} whether it is wanted: only those are learnt."
    return Found("preference", used, why)


def _by_name(table: Table, columns: ColumnSpec) -> Found | None:
    """Alpaca and SQuAD."""
    names = {name.lower(): name for name in table.columns}
    system = columns.system or named(table, SYSTEMS)
    if {"instruction", "output"} <= names.keys():
        there = [f"`{names[name]}`" for name in ("instruction", "input", "output") if name in names]
        used = ColumnSpec(
            prompt=names["instruction"], answer=names["output"], system=system, context=names.get("input")
        )
        return Found("alpaca", used, f"{', '.join(there[:-1])} and {there[-1]} are the columns of Alpaca data.")
    if {"context", "question", "answers"} <= names.keys() and isinstance(first(table, names["answers"]), dict):
        used = ColumnSpec(prompt=names["question"], answer=names["answers"], system=system, context=names["context"])
        return Found(
            "squad", used, f"`{used.context}`, `{used.prompt}` and `{used.answer}` are the columns of SQuAD data."
        )
    return None


def _only_other(table: Table, taken: set[str]) -> str | None:
    others = [column for column in table.columns if column not in taken]
    return others[0] if len(others) == 1 else None


def _some(table: Table, names: tuple[str, ...]) -> str | None:
    """The column of one of these names that holds lists or JSON text of one, not a word."""
    column = named(table, names)
    return column if column and listed(first(table, column)) is not None else None
