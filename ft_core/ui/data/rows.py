"""Change rows by hand: a table in which single rows are corrected, left out, or kept against what cleaning would do."""

from functools import lru_cache
from typing import Any

import gradio as gr
import yaml

from ft_core.data.edits import edit
from ft_core.data.shape.shape import shape
from ft_core.settings import project
from ft_core.settings.data import CleanSpec, EditSpec
from ft_core.settings.example import Example
from ft_core.settings.project import ProjectSpec
from ft_core.ui.data import understand
from ft_core.ui.data.draft import Draft, draft_of, opened, required, with_data
from ft_core.ui.shared import Shared, choose, follow
from ft_core.workspace import Workspace

SHOWN = 50
FIRST = "first"
COLUMNS = ("Row", "Prompt", "Answer", "Leave out", "Keep")


def build(shared: Shared) -> None:
    """Components, then events."""
    with (
        gr.Column(elem_classes="step", visible=False) as step,
        gr.Accordion("Change rows by hand", open=False, elem_id="data-rows"),
    ):
        note = gr.Markdown(elem_classes="quiet")
        with gr.Row():
            which = gr.Dropdown([("The first rows", FIRST)], value=FIRST, label="Show", elem_id="data-rows-which")
            search = gr.Textbox(
                label="Search", info="Words of the prompt or the answer, or a row number.", elem_id="data-rows-search"
            )
        table = gr.Dataframe(
            headers=list(COLUMNS), datatype=["number", "str", "str", "bool", "bool"], type="array", interactive=True, static_columns=[0],
            column_count=len(COLUMNS), wrap=True, buttons=[], max_height=460, label="Rows", show_label=False,
            column_widths=["70px", "420px", "220px", "100px", "90px"], elem_id="data-rows-table",
        )  # fmt: skip

    follow([shared.seen.change], shared.quiet(offer_rows), [shared.draft, shared.seen], [step, note, which])
    asking = [shared.seen.change, which.input, search.submit, search.blur]
    follow(asking, shared.quiet(list_rows), [shared.draft, shared.seen, which, search], [table])
    choose([table.input], shared.private(edit_rows), [shared.draft, table], [shared.draft])


def offer_rows(workspace: Workspace, draft: Draft, seen: dict[str, Any] | None) -> list[Any]:
    """The step with what can be shown in it: (step, note, choices)."""
    spec = opened(workspace, draft)
    if spec is None or not seen or "error" in seen or seen["task"] is None or not understand.is_small(workspace, spec):
        return [gr.update(visible=False), gr.skip(), gr.skip()]
    choices = [("The first rows", FIRST)]
    choices += [(f"Rows with: {problem['title']}", problem["code"]) for problem in seen["problems"] if problem["rows"]]
    if _by_hand(spec):
        choices.append(("Rows changed by hand", "edits"))
    words = (
        "Write into a cell to correct it. **Leave out** drops a row. **Keep** lets no cleaning step leave it out, "
        "for example both rows of a nearly identical pair. Your file stays as it is."
    )
    return [gr.update(visible=True), words, gr.update(choices=choices)]


def list_rows(
    workspace: Workspace, draft: Draft, seen: dict[str, Any] | None, which: str | None, search: str | None
) -> Any:
    """At most SHOWN rows as they are with the edits made so far."""
    spec = opened(workspace, draft)
    if spec is None or not seen or "error" in seen or not understand.is_small(workspace, spec):
        return gr.skip()
    examples = _examples(workspace, spec)
    edits = {one.row: one for one in _by_hand(spec)}
    which = which or FIRST
    wanted = {row for problem in seen["problems"] if problem["code"] == which for row in problem["rows"]}
    wanted |= set(edits) if which == "edits" else set()
    words = (search or "").casefold().split()  # the browser has built the input only once it was opened
    found: list[list[Any]] = []
    for example in examples:
        if (which != FIRST and example.row not in wanted) or not _holds(example, words):
            continue
        found.append(_shown(example, edits.get(example.row)))
        if len(found) == SHOWN:
            break
    return gr.update(value={"headers": list(COLUMNS), "data": found})


def edit_rows(workspace: Workspace, draft: Draft, shown: list[list[Any]]) -> Draft:
    """What stands in the table becomes edits of the draft. Raises FTError `data.edits` for what cannot be changed."""
    spec = required(workspace, draft)
    examples = {example.row: example for example in _examples(workspace, spec)}
    rows = [row for row in shown if isinstance(row[0], int | float) and int(row[0]) in examples]
    edits = {one.row: one for one in _by_hand(spec)}
    for number, prompt, answer, out, keep in rows:
        edits.pop(int(number), None)
        one = _edit(examples[int(number)], str(prompt), str(answer), out is True, keep is True)
        if one is not None:
            edits[one.row] = one
    corrected = [one for one in spec.data.edits if one.action == "train"]
    ordered = (*(edits[row] for row in sorted(edits)), *corrected)
    edit(list(examples.values()), ordered)  # says what cannot be done, before it is kept
    return draft_of(with_data(spec, edits=ordered))


def _by_hand(spec: ProjectSpec) -> list[EditSpec]:
    """The edits that this table makes: those of the evaluation are no part of it, and stay."""
    return [one for one in spec.data.edits if one.action != "train"]


def _edit(example: Example, prompt: str, answer: str, out: bool, keep: bool) -> EditSpec | None:
    if out:
        return EditSpec(row=example.row, action="drop")
    changes = {
        name: new
        for name, old, new in (("prompt", example.question, prompt), ("answer", example.answer, answer))
        if new != old
    }
    if changes:
        return EditSpec(row=example.row, action="change", **changes)
    return EditSpec(row=example.row, action="keep") if keep else None


def _shown(example: Example, one: EditSpec | None) -> list[Any]:
    prompt = one.prompt if one and one.prompt is not None else example.question
    answer = one.answer if one and one.answer is not None else example.answer
    action = one.action if one else ""
    return [example.row, prompt, answer, action == "drop", action == "keep"]


def _holds(example: Example, words: list[str]) -> bool:
    text = f"{example.row} {example.question} {example.answer}".casefold() if words else ""
    return all(word in text for word in words)


def _examples(workspace: Workspace, spec: ProjectSpec) -> list[Example]:
    """The rows as examples, before edits and cleaning."""
    shaping = spec.model_copy(update={"data": spec.data.model_copy(update={"edits": (), "clean": CleanSpec()})})
    return _shaped(workspace, project.dump(shaping))


@lru_cache(maxsize=1)
def _shaped(workspace: Workspace, text: str) -> list[Example]:
    spec = project.parse(yaml.safe_load(text), "The page's draft")
    data = spec.data
    table = understand.table_of(workspace, spec)
    return shape(table, data.columns, data.system, spec.task, data.label_names).examples
