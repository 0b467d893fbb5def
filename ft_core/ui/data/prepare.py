"""Step 5: clean, divide and store, beside the page, with its progress shown and a way to end it."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.settings.data import SplitSpec
from ft_core.settings.project import ProjectSpec
from ft_core.ui import fields, show
from ft_core.ui.data.draft import Draft, draft_of, opened, required, with_data
from ft_core.ui.data.preparing import preparing
from ft_core.ui.data.preparing import stopped as preparing_stopped
from ft_core.ui.data.understand import is_small, table_of
from ft_core.ui.shared import QUIET, Shared, choose, follow
from ft_core.workspace import Workspace

_HOLDS = {"group": "the customer or other group", "time": "the date", "given": "the words train, validation and test"}
_LISTED = 10  # row numbers in the note
SPLIT = ("by", "column", "validation", "test", "seed", "leaks")


def build(shared: Shared, token: gr.Textbox) -> None:
    """Components, then events. `token` is where the person's token for the Hub is typed."""
    with gr.Column(elem_classes="step", visible=False) as step:
        gr.HTML(
            show.step(
                5,
                "Prepare the dataset",
                "The rows are divided in three: training teaches, validation is watched meanwhile, test is kept unseen for the verdict.",
            )
        )
        with gr.Accordion("How the rows are divided", open=False):
            with gr.Row():
                by = fields.component(SplitSpec.model_fields["by"], "data-split-by")
                field = SplitSpec.model_fields["column"]
                column = gr.Dropdown([], label=field.title, info=field.description, elem_id="data-split-column")
            with gr.Row():
                validation, test, seed, leaks = fields.inputs(SplitSpec, SPLIT[2:], "data")
        split = [by, column, validation, test, seed, leaks]
        corrected = gr.Markdown(visible=False, elem_classes="notice", elem_id="data-corrected")
        with gr.Row(elem_classes="actions"):
            prepare = gr.Button("Prepare dataset", variant="primary", elem_id="data-prepare")
            end = gr.Button("Stop", visible=False, elem_id="data-stop-preparing")
        progress = gr.HTML(visible=False, elem_classes="looking")
        refused = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="data-not-prepared")

    follow(
        [shared.seen.change], shared.quiet(show_split), [shared.draft, shared.seen], [step, *split, corrected, prepare]
    )
    for control in split:
        choose(fields.left(control), shared.private(choose_split), [shared.draft, *split], [shared.draft, refused])
    preparing = prepare.click(
        shared.private(prepare_dataset),
        [shared.draft, token, *split],
        [progress, end, refused, shared.dataset_id],
        concurrency_limit=4,
        **QUIET,
    )
    end.click(shared.quiet(stopped), None, [progress, end], cancels=[preparing], **QUIET)


def show_split(workspace: Workspace, draft: Draft, seen: dict[str, Any] | None) -> list[Any]:
    """The step, once there is something to prepare, with the split that was chosen."""
    spec = opened(workspace, draft)
    of_split = bool(seen) and seen.get("code") == "data.split"  # what mends it is here
    if spec is None or not seen or (not of_split and ("error" in seen or seen["task"] is None)):
        return [gr.update(visible=False), *[gr.skip()] * (len(SPLIT) + 2)]
    values = {name: getattr(spec.data.split, name) for name in SPLIT}
    columns = _columns(workspace, spec) if of_split else seen["columns"]
    column = gr.skip() if columns is None else gr.update(choices=columns, value=values["column"])
    return [gr.update(visible=True), *(values | {"column": column}).values(), *_corrected(spec)]


def _corrected(spec: ProjectSpec) -> list[Any]:
    """What becomes of test rows that were corrected in the evaluation, and what the button is called then: (note, button)."""
    found = [one for one in spec.data.edits if one.action == "train"]
    if not found:
        return [gr.update(visible=False), gr.update(value="Prepare dataset")]
    rows = amounts.count(len(found), "corrected row")
    listed = ", ".join(f"{one.row:,}" for one in found[:_LISTED]) + (", …" if len(found) > _LISTED else "")
    words = (
        f"**{rows} from the evaluation** (row {listed}) will be learnt from. What is learnt from tests nothing, so the test gets smaller by as "
        "many; all other rows stay in their part unless you divide anew. To take one out, remove its tick in Evaluation and send the rows again."
    )
    return [gr.update(value=words, visible=True), gr.update(value=f"Prepare again with {rows}")]


def _columns(workspace: Workspace, spec: ProjectSpec) -> list[str] | None:
    """Of a source that was read but cannot be split so; None for a large one."""
    return list(table_of(workspace, spec).columns) if is_small(workspace, spec) else None


def choose_split(workspace: Workspace, values: Draft, *split: Any) -> list[Any]:
    """Another split, once it is whole, in the order (draft, refusal). Raises FTError `settings.invalid`."""
    spec, chosen = required(workspace, values), fields.collect(SplitSpec, SPLIT, split)
    if chosen.by != "random" and not chosen.column:
        words = f"**Choose the Split column, too.** Splitting by {chosen.by} needs the column with {_HOLDS[chosen.by]}."
        return [gr.skip(), gr.update(value=words, visible=True)]
    return [draft_of(with_data(spec, split=chosen)), gr.update(value="", visible=False)]


def prepare_dataset(
    workspace: Workspace,
    values: Draft,
    typed: str,
    by: Any,
    column: Any,
    validation: Any,
    test: Any,
    seed: Any,
    leaks: Any,
    signed_in: gr.OAuthToken | None = None,
) -> Iterator[Any]:
    """Progress, then the id of the stored version, in the order (progress, end button, refusal, dataset id)."""
    split = fields.collect(SplitSpec, SPLIT, (by, column, validation, test, seed, leaks))
    yield from preparing(workspace, with_data(required(workspace, values), split=split), typed, signed_in)


def stopped(_workspace: Workspace) -> Any:
    """After the preparation was ended."""
    return preparing_stopped()
