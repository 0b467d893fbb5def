"""Which kind of data a table is, and which column plays which part: seen from names, then from the texts themselves."""

import difflib
from dataclasses import dataclass, field

from ft_core.data.shape import examples as build
from ft_core.data.shape.columns import Statistics, statistics
from ft_core.data.shape.known import SYSTEMS, Found, is_talk, known, named, turns_shape
from ft_core.data.shape.labels import companion, only_numbers
from ft_core.data.shape.labels import named as with_names
from ft_core.data.shape.messages import plain
from ft_core.data.table import Table
from ft_core.errors import FTError
from ft_core.settings.data import ColumnSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

# Names in order of preference, as published data sets and spreadsheets use them.
PROMPTS = ("prompt", "question", "instruction", "input", "query", "message", "text", "user", "request", "sentence", "ticket", "email", "review", "comment",
           "utterance", "content", "body", "description", "subject", "title", "frage", "pregunta", "domanda", "pergunta", "vraag")  # fmt: skip
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
    "antwort",
    "réponse",
    "respuesta",
    "risposta",
    "resposta",
    "antwoord",
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
# A passage that a question is about. Looked for only where the prompt is called something that is asked about one.
CONTEXTS = ("context", "passage", "paragraph", "document", "background", "article", "evidence")
_ASKED = ("prompt", "question", "instruction", "query", "claim", "hypothesis")
# What single columns of whole texts are called, as the readers of documents name them.
_DOCUMENTS = ("text", "content", "document", "body", "page", "passage", "article")
_LONG = 200  # characters on average, from which on a single column of any name is taken for whole texts
_SHOWN_LENGTH = 60
LEARNABLE = ("text-label", "prompt-answer", "alpaca", "messages", "sharegpt", "squad", "preference")


@dataclass(frozen=True)
class Shaped:
    """A table as examples. `labels` (most frequent first) is empty unless the task is classification; `unusable` rows became no example.

    `label_names` are the words that numbers were replaced by: those chosen, or those found in a column beside them.
    """

    shape: str
    columns: ColumnSpec
    task: Task
    why: str
    examples: list[Example]
    labels: list[str]
    unusable: list[tuple[int, str]] = field(default_factory=list)
    label_names: dict[str, str] = field(default_factory=dict)


def shape(
    table: Table, columns: ColumnSpec, system: str | None, task: Task | None, label_names: dict[str, str] | None = None
) -> Shaped:
    """Rows -> Examples. What `columns`, `task` and `label_names` (label as written -> word) say wins over what is found.

    Raises FTError `data.columns` (a column that is not there), `data.one_column`, `data.shape` (nothing to learn from is found), or
    `data.no_pairs` (the task is preference, and there are no worse answers).
    """
    found = find(table, columns, task)
    if found.shape not in LEARNABLE and task != "text":
        raise _unsupported(found, table)
    examples, unusable = (
        build.texts(table, found.columns) if task == "text" else _examples(table, found.columns, system)
    )
    if not examples:
        raise _nothing_usable(found.columns, unusable, table)
    if task == "preference" and not any(example.rejected for example in examples):
        raise _no_pairs(found, table)
    answers = statistics([example.answer for example in examples])
    if task is None:
        several = any(sum(message.role == "user" for message in example.messages) > 1 for example in examples)
        is_label = answers.is_label and found.shape != "preference"
        task = "chat" if several else "classification" if is_label else "instruction"
    why, names = found.why, label_names or {}
    if not names and task == "classification" and found.columns.answer and only_numbers(answers.counts):
        beside = companion(table, found.columns.answer)
        if beside:
            why = f"{why} `{beside[0]}` holds the words for the numbers of `{found.columns.answer}`: they are learnt."
            names = beside[1]
    if names:
        examples = with_names(examples, names)
        answers = statistics([example.answer for example in examples])
    labels = list(answers.counts) if task == "classification" else []
    return Shaped(found.shape, found.columns, task, why, examples, labels, unusable, names)


def find(table: Table, columns: ColumnSpec, task: Task | None = None) -> Found:
    """The shape and columns of a table; shapes that cannot be learnt from are reported, not raised.

    Raises FTError `data.columns` or `data.one_column`.
    """
    if task == "text":
        return _texts(table, columns)
    if len(table.columns) == 1 and not is_talk(table, table.columns[0]) and not columns.messages:
        return _single(table)
    _require(table, columns)
    # What was found may come back as what was chosen: it is the same shape, with the columns that have no part of their own.
    form = known(table, columns)
    if form and _agrees(form.columns, columns):
        return form
    if columns.messages and not columns.answer:
        return Found(
            turns_shape(table, columns.messages), columns, f"`{columns.messages}` is chosen as the conversations."
        )
    return _pair(table, columns, task)


def _examples(table: Table, columns: ColumnSpec, system: str | None) -> tuple[list[Example], build.Unusable]:
    """By the columns: whole conversations, a beginning with its endings, or a question and its answer."""
    halves = [name for name in (columns.prompt, columns.answer) if name]
    if columns.rejected or (columns.messages and columns.answer) or any(is_talk(table, name) for name in halves):
        return build.endings(table, columns, system)
    if columns.messages:
        return build.conversations(table, columns, system)
    return build.pairs(table, columns, system)


def _texts(table: Table, columns: ColumnSpec) -> Found:
    """The column of the texts to continue: the one chosen, one that is called so, or the one with the longest texts."""
    _require(table, columns)
    chosen = columns.answer or columns.prompt
    figures = {name: statistics([plain(cell) for cell in cells], name) for name, cells in table.cells.items()}
    longest = max(figures, key=lambda name: figures[name].mean_length)
    column = chosen or named(table, _DOCUMENTS) or longest
    return Found("text", ColumnSpec(answer=column), f"`{column}` holds the texts to continue.")


def _single(table: Table) -> Found:
    """A file of one column: whole texts, or one that lacks its second column. Raises FTError `data.one_column`."""
    column = table.columns[0]
    texts = [plain(cell) for cell in table.cells[column]]
    if statistics(texts).mean_length >= (_LONG if named(table, _DOCUMENTS) is None else 1):
        return Found("text", ColumnSpec(), f"`{column}` holds texts, and there is no column with answers.")
    raise FTError(
        "data.one_column",
        "The file has only one column.",
        f"It is {_quoted(column)}; learning needs a text to answer and the answer to it.",
        "Add a second column with the answer or the label to each row, and give both a header.",
    )


def _agrees(found: ColumnSpec, chosen: ColumnSpec) -> bool:
    """True when every column that was chosen has the part it was found to have."""
    return all(value in (None, getattr(found, part)) for part, value in chosen.model_dump().items())


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


def _pair(table: Table, columns: ColumnSpec, task: Task | None) -> Found:
    """Two columns: by choice, by name, by the texts."""
    figures = {name: statistics([plain(cell) for cell in cells], name) for name, cells in table.cells.items()}
    own = named(table, SYSTEMS)
    system = columns.system or (own if own not in (columns.prompt, columns.answer) else None)
    taken = {system, *columns.model_dump().values()}
    free = [name for name in table.columns if name not in taken and not figures[name].aside]
    prompt, answer = columns.prompt, columns.answer
    if answer is None:
        answer = _answer(table, [name for name in free if name != prompt], figures, prompt)
    if prompt is None and answer is not None:
        prompt = _prompt(table, [name for name in free if name != answer], figures)
    if answer is None or (prompt is None and not columns.messages):
        shape_name, why = (
            ("text", "There is a column of texts but none with answers.")
            if free or columns.prompt
            else ("unknown", "No column looks like a text to answer.")
        )
        return Found(shape_name, columns, why)
    context = columns.context
    if context is None and prompt and prompt.strip().lower() in _ASKED:
        context = named(table, CONTEXTS, [name for name in free if name not in (prompt, answer)])
    used = columns.model_copy(update={"prompt": prompt, "answer": answer, "system": system, "context": context})
    if columns.rejected or columns.wanted:
        return Found("preference", used, _why_preferred(used))
    is_label = task == "classification" or (task is None and figures[answer].is_label)
    return Found("text-label" if is_label else "prompt-answer", used, _why(columns, used, figures, is_label))


def _answer(table: Table, free: list[str], figures: dict[str, Statistics], prompt: str | None) -> str | None:
    by_name = named(table, ANSWERS, free)
    if by_name:
        return by_name
    labels = [name for name in free if figures[name].is_label]
    by_name = named(table, LABELS, labels)
    longest = max(free, key=lambda name: figures[name].mean_length, default=None)
    if by_name and (prompt or len(free) > 1):
        return by_name
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
    return named(table, PROMPTS, texts) or max(texts, key=lambda name: figures[name].mean_length, default=None)


def _why(chosen: ColumnSpec, used: ColumnSpec, figures: dict[str, Statistics], is_label: bool) -> str:
    prompt, answer = used.prompt or used.messages or "", used.answer or ""
    about = f", and `{used.context}` what they are about" if used.context else ""
    if chosen.prompt and chosen.answer:
        about = f", and `{used.context}` as the context" if used.context else ""
        return f"`{prompt}` is chosen as the prompt and `{answer}` as the answer{about}."
    different = len(figures[answer].counts)
    if not is_label:
        return f"`{prompt}` holds what is asked and `{answer}` the answers{about}."
    longest = figures[prompt].mean_length == max(
        figure.mean_length for name, figure in figures.items() if name != answer
    )
    first_part = f"`{prompt}` holds the {'longest ' if longest else ''}texts"
    return f"{first_part} and `{answer}` only {different} different short {'ones' if different > 1 else 'one'}{about}."


def _why_preferred(used: ColumnSpec) -> str:
    """Where the person chose what says which answers are good."""
    if used.rejected:
        return f"`{used.answer}` is chosen as the better and `{used.rejected}` as the worse answer: the better one is learnt."
    return f"`{used.wanted}` is chosen as what says whether an answer is wanted: only those are learnt."


def _columns(table: Table) -> str:
    """The columns that there are, as a sentence."""
    names = table.columns
    shown = ", ".join(map(_quoted, names[:20])) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"The columns are {shown}." if len(names) > 1 else f"The only column is {shown}."


def _quoted(name: str) -> str:
    """A name in short: where the header is missing, it is a whole text."""
    return f"`{name if len(name) <= _SHOWN_LENGTH else name[: _SHOWN_LENGTH - 1] + '…'}`"


def _unsupported(found: Found, table: Table) -> FTError:
    choose = (
        "the Prompt column and the Answer column yourself, or add a column with the answer or the label to the file"
    )
    if found.shape == "text":
        what = "These are texts without answers, so there is nothing to learn to answer yet."
        fix = (
            "Make questions and answers from these texts on the command line (`python -m ft_core questions`), "
            f"which they are good material for; set the Task to text to teach a model to continue them; or choose {choose}."
        )
    else:
        what = "It is not clear what is to be learnt from this file."
        fix = f"Choose {choose}."
    return FTError("data.shape", what, f"{found.why} {_columns(table)}", fix)


def _no_pairs(found: Found, table: Table) -> FTError:
    return FTError(
        "data.no_pairs",
        "There are no pairs of a better and a worse answer to learn from.",
        f"The Task is preference, but no row has a worse answer beside the better one. {found.why} {_columns(table)}",
        "Choose another Task, or data with a column `chosen` and a column `rejected` beside the prompt.",
    )


def _nothing_usable(columns: ColumnSpec, unusable: build.Unusable, table: Table) -> FTError:
    number, reason = unusable[0]
    name = _quoted(columns.messages or columns.answer or "")
    return FTError(
        "data.shape",
        f"No row of {name} holds {'a conversation' if columns.messages else 'an answer'} that can be learnt from.",
        f"Row {number} has {reason}. {_columns(table)}",
        "Choose another Messages column, or data whose conversations have only system, user, assistant and tool messages."
        if columns.messages
        else "Choose other columns, or data with a good answer in each row.",
    )
