"""Step 2: check what was understood. Shown at once for most files; a large one is read beside the page first."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.data.inspect import understood
from ft_core.data.read.several import read_all
from ft_core.data.table import Table
from ft_core.errors import FTError
from ft_core.settings.data import ColumnSpec, DataSpec
from ft_core.settings.project import ProjectSpec
from ft_core.ui import show, uploads
from ft_core.ui.data.draft import Draft, draft_of, opened, required, with_columns, with_data
from ft_core.ui.shared import Shared, choose, follow
from ft_core.workspace import Workspace

INLINE_BYTES = 20_000_000  # a file up to this size is read within a second or two
_PLAIN = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".txt", ".md")
_PACKED = 20  # how much larger what is in a packed file may well be
PARTS = ("prompt", "answer", "context", "messages", "system", "rejected")
_ALWAYS = ("prompt", "answer", "context")  # offered for every table; the others where there is something for them
SHAPES = {
    "text-label": "a text and its label",
    "prompt-answer": "a prompt and its answer",
    "messages": "whole conversations (messages)",
    "sharegpt": "whole conversations (ShareGPT)",
    "alpaca": "instruction, input and output (Alpaca)",
    "squad": "questions on a text (SQuAD)",
    "preference": "better and worse answers (preference pairs)",
    "text": "texts without answers",
}


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step", visible=False) as step:
        gr.HTML(show.step(2, "Check what was understood", "Correct it where it is wrong; everything below follows."))
        words = gr.Markdown(elem_id="data-understood")
        with gr.Row():
            columns = [
                gr.Dropdown(
                    [],
                    label=_title(part),
                    info=_help(part),
                    visible=False,
                    elem_id=f"data-{part.replace('_', '-')}-column",
                )
                for part in PARTS
            ]
        task_field = ProjectSpec.model_fields["task"]
        task = gr.Radio(
            ["classification", "instruction", "chat", "text"],
            label=task_field.title,
            info=task_field.description,
            elem_id="data-task",
        )
        system_field = DataSpec.model_fields["system"]
        system = gr.Textbox(
            label=system_field.title, info=f"{system_field.description} May be empty.", lines=2, elem_id="data-system"
        )
        with gr.Row():
            preview = gr.Dataframe(
                label="The first ten examples, before anything is fixed. Row 1 is the first row below the header.",
                interactive=False,
                wrap=True,
                buttons=[],
                elem_id="data-preview",
                column_widths=["60px", "300px", "180px"],
                max_height=420,
                scale=3,
            )
            with gr.Column(scale=2):
                number = gr.Radio([], label="As the conversation that is learnt: row", elem_id="data-chat-row")
                chat = gr.Chatbot(
                    show_label=False, label="One example as a conversation", height=330, render_markdown=False, elem_id="data-chat", buttons=[]
                )  # fmt: skip

    view = [step, words, *columns, task, system, preview, number, chat]
    follow([shared.page.load, shared.draft.change], shared.quiet(understand), [shared.draft], view)
    follow([shared.seen.change], shared.quiet(understand_large), [shared.draft, shared.seen], view)
    for control in columns:
        choose([control.input], shared.private(choose_columns), [shared.draft, *columns], [shared.draft])
    choose([task.input], shared.private(choose_task), [shared.draft, task], [shared.draft])
    choose([system.blur, system.submit], shared.private(choose_system), [shared.draft, system], [shared.draft])
    choose([number.input], shared.private(show_chat), [shared.draft, shared.seen, number], [chat])


def understand(workspace: Workspace, draft: Draft) -> Any:
    """How the draft's source is understood, in the order of `view`; a large file waits for the look beside the page."""
    spec = opened(workspace, draft)
    if spec is None:
        return [gr.update(visible=False), *[gr.skip()] * (len(PARTS) + 6)]
    if not is_small(workspace, spec):
        waiting = (
            "It is downloaded and read first."
            if uploads.on_hub(spec.data)
            else "This is a large file: it is read first."
        )
        return [gr.update(visible=True), waiting, *[gr.skip()] * (len(PARTS) + 5)]
    table: Table | None = None
    try:
        table = table_of(workspace, spec)
        return _shown(spec, understood(table, spec.data, spec.task))
    except FTError as error:
        return _not_understood(spec, table.columns if table else [], error)


def understand_large(workspace: Workspace, draft: Draft, seen: dict[str, Any] | None) -> Any:
    """The same for a large file, once it was looked at."""
    spec = opened(workspace, draft)
    if spec is None or not seen or "error" in seen or is_small(workspace, spec):
        return [gr.skip()] * (len(PARTS) + 7)
    return _shown(spec, seen)


def choose_columns(workspace: Workspace, draft: Draft, *names: str | None) -> Draft:
    """Other columns, in the order of PARTS."""
    return draft_of(with_columns(required(workspace, draft), **dict(zip(PARTS, names, strict=True))))


def choose_task(workspace: Workspace, draft: Draft, task: Any) -> Draft:
    """Another task. Raises FTError `project.invalid`."""
    return draft_of(required(workspace, draft | {"task": task}))


def choose_system(workspace: Workspace, draft: Draft, system: str) -> Draft:
    """Another system prompt; empty: none."""
    return draft_of(with_data(required(workspace, draft), system=system.strip() or None))


def show_chat(workspace: Workspace, draft: Draft, seen: dict[str, Any] | None, row: int | None) -> Any:
    """The example of one of the first rows as a conversation."""
    spec = required(workspace, draft)
    small = is_small(workspace, spec)
    examples = (understood(table_of(workspace, spec), spec.data, spec.task) if small else seen or {}).get(
        "examples", []
    )
    return next((_bubbles(example["messages"]) for example in examples if example["row"] == row), gr.skip())


def _shown(spec: ProjectSpec, seen: dict[str, Any]) -> list[Any]:
    names, mapping = seen["columns"], seen["mapping"]
    whole = "messages" in mapping
    columns = [
        gr.update(choices=names, value=mapping.get(part), visible=part in mapping or (part in _ALWAYS and not whole))
        for part in PARTS
    ]
    rows = [[example["row"], _question(example), example["messages"][-1]["content"]] for example in seen["examples"]]
    return [
        gr.update(visible=True),
        _words(spec, seen),
        *columns,
        gr.update(value=seen["task"], visible=True),
        gr.update(value=spec.data.system or "", visible=True),
        gr.update(value={"headers": ["Row", "Prompt", "Answer"], "data": rows}, visible=True),
        gr.update(choices=[row[0] for row in rows], value=rows[0][0] if rows else None, visible=bool(rows)),
        gr.update(value=_bubbles(seen["examples"][0]["messages"]) if rows else [], visible=bool(rows)),
    ]


def _not_understood(spec: ProjectSpec, names: list[str], error: FTError) -> list[Any]:
    """What is wrong, and the columns to choose from when there are any."""
    chosen = spec.data.columns.model_dump()
    columns = [
        gr.update(
            choices=names,
            value=chosen[part] if chosen[part] in names else None,
            visible=bool(names) and part in ("prompt", "answer", "messages"),
        )
        for part in PARTS
    ]
    some, hidden = gr.update(visible=bool(names)), gr.update(visible=False)
    return [gr.update(visible=True), uploads.titled(show.problem(error)), *columns, some, some, hidden, hidden, hidden]


def _words(spec: ProjectSpec, seen: dict[str, Any]) -> str:
    names = ", ".join(show.plain(uploads.title(source)) for source in spec.data.sources)
    rows = amounts.count(seen["rows"] + seen["bad_row_count"], "row")
    where = f"{seen['format'].upper()} file" + (f", {seen['encoding']}" if seen["encoding"] else "")
    labels = f" with {amounts.count(len(seen['labels']), 'label')}" if seen["labels"] else ""
    return f"**{names}** · {rows} · {where} · {SHAPES.get(seen['shape'], seen['shape'])}{labels}\n\n{show.quoted(seen['why'])}"


def _question(example: dict[str, Any]) -> str:
    return next((turn["content"] for turn in reversed(example["messages"]) if turn["role"] == "user"), "")


def _bubbles(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """As gr.Chatbot shows them: it knows two speakers, so the others are named in the text."""
    return [
        {"role": "assistant" if turn["role"] == "assistant" else "user",
         "content": turn["content"] if turn["role"] in ("user", "assistant") else f"[{turn['role']}] {turn['content']}"}
        for turn in messages
    ]  # fmt: skip


def is_small(workspace: Workspace, spec: ProjectSpec) -> bool:
    """True for what can be read here and now: files of the person's that are not large."""
    paths = uploads.find_all(workspace, spec.data)
    size = sum(path.stat().st_size * (1 if path.suffix in _PLAIN else _PACKED) for path in paths)
    return size <= INLINE_BYTES and not uploads.on_hub(spec.data)


def table_of(workspace: Workspace, spec: ProjectSpec) -> Table:
    """The rows of the draft's files; the last ones read are kept. Raises the FTErrors of reading."""
    return _read(tuple(uploads.find_all(workspace, spec.data)))


@lru_cache(maxsize=1)
def _read(paths: tuple[Path, ...]) -> Table:
    """Uploads never change, so names stand for their content."""
    return read_all(paths)


def _title(column: str) -> str:
    return str(ColumnSpec.model_fields[column].title)


def _help(column: str) -> str:
    return str(ColumnSpec.model_fields[column].description)
