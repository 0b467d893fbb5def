"""Which kind of data a table is, and which column plays which part: seen from names, then from the texts themselves."""

import difflib
from dataclasses import dataclass, field
from typing import Any

from ft_core.data.shape import examples as build
from ft_core.data.shape.columns import Statistics, statistics
from ft_core.data.table import Table
from ft_core.errors import FTError
from ft_core.settings.data import ColumnSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

# Names in order of preference, as published data sets and spreadsheets use them.
PROMPTS = ("prompt", "question", "instruction", "input", "query", "message", "text", "user", "request", "sentence", "ticket", "email", "review", "comment",
           "utterance", "content", "body", "description", "subject", "title")  # fmt: skip
ANSWERS = (
    "answer",
    "completion",
    "response",
    "output",
    "reply",
    "assistant",
    "target",
    "expected",
    "best answer",
    "summary",
    "translation",
    "solution",
)
LABELS = (
    "label",
    "labels",
    "category",
    "class",
    "intent",
    "sentiment",
    "tag",
    "topic",
    "type",
    "priority",
    "department",
    "queue",
)
SYSTEMS = ("system", "system_prompt")
_SHOWN_LENGTH = 60
LEARNABLE = ("text-label", "prompt-answer", "alpaca", "messages", "sharegpt", "squad")


@dataclass(frozen=True)
class Found:
    """A decision without the rows: the shape, the columns, one sentence why, and a column put beside the question."""

    shape: str
    columns: ColumnSpec
    why: str
    extra: str | None = None


@dataclass(frozen=True)
class Shaped:
    """A table as examples. `labels` (most frequent first) is empty unless the task is classification; `unusable` rows became no example."""

    shape: str
    columns: ColumnSpec
    task: Task
    why: str
    examples: list[Example]
    labels: list[str]
    unusable: list[tuple[int, str]] = field(default_factory=list)


def shape(table: Table, columns: ColumnSpec, system: str | None, task: Task | None) -> Shaped:
    """Rows -> Examples. What `columns` and `task` say wins over what is found.

    Raises FTError `data.columns` (a column that is not there), `data.one_column`, or `data.shape` (nothing to learn from is found).
    """
    found = find(table, columns, task)
    if found.shape not in LEARNABLE:
        raise _unsupported(found, table)
    if found.columns.messages:
        examples, unusable = build.conversations(table, found.columns, system)
        if not examples:
            raise FTError(
                "data.shape",
                f"No row of {_quoted(found.columns.messages)} holds a conversation that can be learnt from.",
                f"Row {unusable[0][0]} has {unusable[0][1]}. {_columns(table)}",
                "Choose another Messages column, or data whose conversations have only system, user and assistant messages.",
            )
    else:
        examples, unusable = build.pairs(table, found.columns, system, found.extra), []
    answers = statistics([example.answer for example in examples])
    if task is None:
        several = any(sum(message.role == "user" for message in example.messages) > 1 for example in examples)
        task = "chat" if several else "classification" if answers.is_label else "instruction"
    labels = list(answers.counts) if task == "classification" else []
    return Shaped(found.shape, found.columns, task, found.why, examples, labels, unusable)


def find(table: Table, columns: ColumnSpec, task: Task | None = None) -> Found:
    """The shape and columns of a table; shapes that cannot be learnt from are reported, not raised.

    Raises FTError `data.columns` or `data.one_column`.
    """
    lists = [name for name in table.columns if isinstance(_first(table, name), list)]
    if len(table.columns) == 1 and not lists and not columns.messages:
        raise FTError(
            "data.one_column",
            "The file has only one column.",
            f"It is {_quoted(table.columns[0])}; learning needs a text to answer and the answer to it.",
            "Add a second column with the answer or the label to each row, and give both a header.",
        )
    _require(table, columns)
    # What was found may come back as what was chosen: it is the same shape, with the columns that have no part of their own.
    known = _preference(table) or _conversation(table, lists, columns) or _named_shape(table, columns)
    if known and _agrees(known.columns, columns):
        return known
    if columns.messages:
        shape_name = "sharegpt" if _keys(table, columns.messages) >= {"from", "value"} else "messages"
        return Found(shape_name, columns, f"`{columns.messages}` is chosen as the conversations.")
    return _pair(table, columns, task)


def _agrees(found: ColumnSpec, chosen: ColumnSpec) -> bool:
    """True when every column that was chosen has the part it was found to have."""
    parts = ("prompt", "answer", "messages")
    return all(getattr(chosen, part) in (None, getattr(found, part)) for part in parts)


def _require(table: Table, columns: ColumnSpec) -> None:
    """Raise `data.columns` when a chosen column is not in the table."""
    chosen = {part: name for part, name in columns.model_dump().items() if name is not None}
    missing = {part: name for part, name in chosen.items() if name not in table.columns}
    if missing:
        names = " and ".join(_quoted(name) for name in missing.values())
        raise FTError(
            "data.columns",
            f"There {'are no columns' if len(missing) > 1 else 'is no column'} {names}.",
            _columns(table),
            f"Choose {' and '.join(_instead(table, part, name) for part, name in missing.items())}.",
        )
    if columns.prompt and columns.prompt == columns.answer:
        raise FTError(
            "data.columns",
            f"`{columns.prompt}` is both prompt and answer.",
            "A model cannot learn from a text that is its own answer.",
            "Choose two columns.",
        )


def _instead(table: Table, part: str, name: str) -> str:
    """The column whose name is close to the one that is not there, and the control to choose it in."""
    lowered = {name.lower(): name for name in table.columns}
    close = difflib.get_close_matches(name.lower(), lowered, n=1)
    return f"{_quoted(lowered[close[0]]) if close else 'one of these'} as the {ColumnSpec.model_fields[part].title}"


def _first(table: Table, name: str) -> Any:
    return next((cell for cell in table.cells[name] if cell != ""), "")


def _keys(table: Table, name: str) -> set[str]:
    """The keys of the first entry of a column of lists."""
    value = _first(table, name)
    return set(value[0]) if isinstance(value, list) and value and isinstance(value[0], dict) else set()


def _preference(table: Table) -> Found | None:
    names = {name.lower(): name for name in table.columns}
    if {"chosen", "rejected"} <= names.keys():
        return Found("preference", ColumnSpec(), "`chosen` and `rejected` hold a better and a worse answer.")
    booleans = (
        statistics([build.plain(cell) for cell in table.cells[names["label"]]]).counts.keys()
        if "label" in names
        else set()
    )
    if {"messages", "label"} <= names.keys() and booleans and set(booleans) <= {"true", "false"}:
        return Found("preference", ColumnSpec(), "`label` says for each conversation whether its answer is wanted.")
    return None


def _conversation(table: Table, lists: list[str], columns: ColumnSpec) -> Found | None:
    for name in lists:
        for keys, shape_name in (({"role", "content"}, "messages"), ({"from", "value"}, "sharegpt")):
            if keys <= _keys(table, name):
                used = columns.model_copy(update={"messages": name, "system": columns.system or _named(table, SYSTEMS)})
                return Found(
                    shape_name,
                    used,
                    f"`{name}` holds whole conversations with {' and '.join(f'`{key}`' for key in sorted(keys))}.",
                )
    return None


def _named_shape(table: Table, columns: ColumnSpec) -> Found | None:
    """Alpaca and SQuAD, which are known by the names of their columns."""
    names = {name.lower(): name for name in table.columns}
    system = columns.system or _named(table, SYSTEMS)
    if {"instruction", "output"} <= names.keys():
        used = ColumnSpec(prompt=names["instruction"], answer=names["output"], system=system)
        return Found(
            "alpaca", used, "`instruction`, `input` and `output` are the columns of Alpaca data.", names.get("input")
        )
    if {"context", "question", "answers"} <= names.keys() and isinstance(_first(table, names["answers"]), dict):
        used = ColumnSpec(prompt=names["question"], answer=names["answers"], system=system)
        return Found(
            "squad", used, "`context`, `question` and `answers` are the columns of SQuAD data.", names["context"]
        )
    return None


def _pair(table: Table, columns: ColumnSpec, task: Task | None) -> Found:
    """Two columns: by choice, by name, by the texts."""
    figures = {name: statistics([build.plain(cell) for cell in cells], name) for name, cells in table.cells.items()}
    named = _named(table, SYSTEMS)
    system = columns.system or (named if named not in (columns.prompt, columns.answer) else None)
    free = [
        name
        for name in table.columns
        if name not in (columns.prompt, columns.answer, system) and not figures[name].aside
    ]
    prompt, answer = columns.prompt, columns.answer
    if answer is None:
        answer = _answer(table, [name for name in free if name != prompt], figures, prompt)
    if prompt is None and answer is not None:
        prompt = _prompt(table, [name for name in free if name != answer], figures)
    if prompt is None or answer is None:
        shape_name, why = (
            ("text", "There is a column of texts but none with answers.")
            if free or columns.prompt
            else ("unknown", "No column looks like a text to answer.")
        )
        return Found(shape_name, columns, why)
    is_label = task == "classification" or (task is None and figures[answer].is_label)
    used = ColumnSpec(prompt=prompt, answer=answer, system=system)
    return Found("text-label" if is_label else "prompt-answer", used, _why(columns, used, figures, is_label))


def _answer(table: Table, free: list[str], figures: dict[str, Statistics], prompt: str | None) -> str | None:
    named = _named(table, ANSWERS, free)
    if named:
        return named
    labels = [name for name in free if figures[name].is_label]
    named = _named(table, LABELS, labels)
    longest = max(free, key=lambda name: figures[name].mean_length, default=None)
    if named and (prompt or len(free) > 1):
        return named
    labels = [name for name in labels if prompt or name != longest]
    if labels:
        # Fewest different values: most like a label. The last such column: spreadsheets put the result to the right.
        return min(reversed(labels), key=lambda name: len(figures[name].counts))
    texts = [name for name in free if not figures[name].is_label]
    if prompt:
        return max(texts, key=lambda name: figures[name].mean_length, default=None)
    return texts[-1] if len(texts) == 2 else None


def _prompt(table: Table, free: list[str], figures: dict[str, Statistics]) -> str | None:
    texts = [name for name in free if not figures[name].is_label] or free
    return _named(table, PROMPTS, texts) or max(texts, key=lambda name: figures[name].mean_length, default=None)


def _named(table: Table, names: tuple[str, ...], among: list[str] | None = None) -> str | None:
    lowered = {name.strip().lower().replace("-", "_"): name for name in (table.columns if among is None else among)}
    return next((lowered[name] for name in names if name in lowered), None)


def _why(chosen: ColumnSpec, used: ColumnSpec, figures: dict[str, Statistics], is_label: bool) -> str:
    prompt, answer = used.prompt or "", used.answer or ""
    if chosen.prompt and chosen.answer:
        return f"`{prompt}` is chosen as the prompt and `{answer}` as the answer."
    different = len(figures[answer].counts)
    longest = figures[prompt].mean_length == max(
        figure.mean_length for name, figure in figures.items() if name != answer
    )
    first = f"`{prompt}` holds the {'longest ' if longest else ''}texts"
    second = (
        f"`{answer}` only {different} different short {'ones' if different > 1 else 'one'}"
        if is_label
        else f"`{answer}` the answers"
    )
    return f"{first} and {second}."


def _columns(table: Table) -> str:
    """The columns that there are, as a sentence."""
    names = table.columns
    shown = ", ".join(map(_quoted, names[:20])) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"The columns are {shown}." if len(names) > 1 else f"The only column is {shown}."


def _quoted(name: str) -> str:
    """A name in short: where the header is missing, it is a whole text."""
    return f"`{name if len(name) <= _SHOWN_LENGTH else name[: _SHOWN_LENGTH - 1] + '…'}`"


def _unsupported(found: Found, table: Table) -> FTError:
    choose = "the Prompt column and the Answer column yourself"
    if found.shape == "preference":
        what = "This is preference data, which cannot be learnt from yet."
        fix = f"Choose data with one good answer in each row, or choose {choose}."
    else:
        what = "It is not clear what is to be learnt from this file."
        fix = f"Choose {choose}, or add a column with the answer or the label to the file."
    return FTError("data.shape", what, f"{found.why} {_columns(table)}", fix)
