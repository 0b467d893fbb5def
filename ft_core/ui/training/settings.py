"""Step 1 of the Training tab: the settings of a new run, does it fit, and the start."""

from functools import lru_cache
from typing import Any

import gradio as gr
import pandas

from ft_core import amounts, catalog, download
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.pipeline.data import base_tokenizer
from ft_core.pipeline.measure import measuring as measuring_of
from ft_core.pipeline.plan import plan_training
from ft_core.pipeline.runs import filled_project
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import fields, show, uploads
from ft_core.ui.begin import begin
from ft_core.ui.shared import QUIET, TO_TOP, Shared, follow
from ft_core.ui.training import form, measuring
from ft_core.ui.training.form import Form
from ft_core.workspace import Workspace

_METHOD = 4  # the place of the method's input in what `suggest` returns


def build(shared: Shared) -> tuple[Form, gr.Button]:
    """Components, then events. The form, and the button that starts a training."""
    with gr.Column(elem_classes=["step", "empty"], visible=False) as empty:
        gr.Markdown(
            "### There is no dataset yet\n\nPrepare your own in the Data tab, or take the example and start at once."
        )
        with gr.Row(elem_classes="actions"):
            example = gr.Button("Use the example", variant="primary", elem_id="training-use-example")
            go_back = gr.Button("Go to Data")
    with gr.Column(elem_classes="step", visible=False) as step:
        gr.HTML(
            show.step(
                1,
                "Settings of a new run",
                "They are chosen for your data, this base model and this machine, and are a good first try. Change one at a time.",
            )
        )
        with gr.Row():
            name_field, base_field = ProjectSpec.model_fields["name"], ModelSpec.model_fields["base"]
            name = gr.Textbox(
                value="my-project",
                label=name_field.title,
                info=name_field.description,
                elem_id="training-name",
                max_length=60,
            )
            own = "" if on_space() else " Or write a Hub id or a folder of this machine."
            base = gr.Dropdown(
                [(model.title, model.id) for model in catalog.suggestions()], value=catalog.STARTER, label=base_field.title,
                info=f"The model you start from.{own}", allow_custom_value=not on_space(), elem_id="training-base",
            )  # fmt: skip
            start_from = gr.Dropdown(
                [("The base model itself", "")], value="", label="Start from", visible=False, elem_id="training-start-from",
                info="What learns from the pairs: the base model, or a model that you have trained on answers before, which is usual.",
            )  # fmt: skip
        values = form.build_main()
        method = values[0]
        about = gr.Markdown(form.about("qlora"), elem_classes="quiet", elem_id="training-method-about")
        with gr.Accordion("All methods side by side", open=False):
            gr.Dataframe(
                form.methods(), interactive=False, wrap=True, buttons=[], show_label=False, label="All methods side by side",
                max_height=420, elem_id="training-methods", column_widths=["120px", "260px", "260px", "260px"],
            )  # fmt: skip
        with gr.Accordion("Everything else", open=False):
            values += form.build_everything()
        with gr.Accordion("What each setting does, and why this value", open=False):
            why = gr.Dataframe(
                interactive=False, wrap=True, buttons=[], show_label=False, label="What each setting does, and why this value",
                max_height=420, elem_id="training-why", column_widths=["130px", "220px", "150px", "150px", "220px", "160px"],
            )  # fmt: skip
        estimate = gr.Markdown(elem_id="training-estimate")
        measures = measuring.components()
        with gr.Accordion("On other hardware", open=False):
            hardware = gr.Dataframe(
                interactive=False, wrap=True, buttons=[], show_label=False, label="On other hardware", max_height=360,
                elem_id="training-hardware",
            )  # fmt: skip
        with gr.Row(elem_classes="actions"):
            start = gr.Button("Start training", variant="primary", elem_id="training-start")
            again = gr.Button("Back to the suggested values", elem_id="training-suggested")

    seen, seen_starts, pinned, suggested = gr.State(""), gr.State(""), gr.State({}), gr.State({})
    made = Form(name, base, start_from, pinned, values, suggested)
    quick: dict[str, Any] = {"queue": False, **QUIET}
    follow(
        [shared.tab.select, shared.dataset_id.change],
        shared.quiet(show_settings),
        [seen, shared.dataset_id],
        [seen, empty, step, name],
    )
    follow(
        [shared.tab.select, shared.dataset_id.change, shared.run_id.change],
        shared.quiet(show_starts),
        [seen_starts, shared.dataset_id, start_from],
        [seen_starts, start_from],
    )
    suggesting = [shared.dataset_id, suggested, *made.asked]
    shown = [suggested, about, why, base, *values]
    changes = [shared.page.load, shared.dataset_id.change, base.change, start_from.change, method.change]
    follow(changes, shared.quiet(suggest), suggesting, shown)
    again.click(lambda: {}, None, [pinned], **quick).then(shared.private(suggest_anew), suggesting, shown, **quick)
    estimating = [measures.asked, estimate, hardware, start]
    follow(
        [
            shared.page.load,
            shared.dataset_id.change,
            shared.measured.change,
            *(value.change for value in (base, start_from, *values)),
        ],
        shared.quiet(show_estimate),
        [shared.dataset_id, *made.asked],
        estimating,
    )
    measuring.wire(shared, measures, made)
    example.click(shared.private(use_example), None, [shared.dataset_id], api_visibility="private")
    go_back.click(lambda: gr.Tabs(selected="data"), None, shared.tabs, js=TO_TOP, **quick)
    return made, start


def use_example(workspace: Workspace) -> str:
    """Prepare the shipped example; the id of its dataset."""
    return uploads.prepare(workspace, uploads.keep_example(workspace)).id


def show_settings(workspace: Workspace, seen: str, dataset_id: str) -> Any:
    """The form when there is a dataset, the empty state when there is none."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    found = dataset.id if dataset else "none"
    if found == seen:
        return gr.skip()
    name = uploads.project_of(workspace, dataset).name if dataset else gr.skip()
    return [found, gr.update(visible=dataset is None), gr.update(visible=dataset is not None), name]


def show_starts(workspace: Workspace, seen: str, dataset_id: str, chosen: str | None) -> Any:
    """What a training on pairs can start from, in the order (seen, start from). What is chosen is never hidden."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    wanted = bool(chosen) or (dataset is not None and dataset.task == "preference")
    choices = form.starts(workspace, chosen) if wanted else []
    found = repr(choices)
    if found == seen:
        return gr.skip()
    return [found, gr.update(choices=choices, visible=True) if wanted else gr.update(visible=False)]


def suggest(
    workspace: Workspace,
    dataset_id: str,
    before: dict[str, Any],
    base: str,
    start: str | None,
    pinned: dict[str, str],
    method: str,
    *rest: Any,
) -> Any:
    """New suggestions for what the person left untouched, in the order of `shown`."""
    values = (method, *rest)
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return gr.skip()
    fixed: dict[str, Any] = {}
    shown_base = gr.update(interactive=not start)
    try:
        model = form.model_of(base, start, pinned)
        fixed = form.decided(workspace, dataset, model)
        if model.start:
            shown_base["value"] = workspace.run(model.start).spec().model.base
        method = fixed.get("method", method)
        wanted, reasons = form.suggestions(workspace, dataset, model, method)
    except FTError:  # said when the training is started
        wanted, reasons = before, {}
    return [
        wanted,
        form.about(method),
        form.explained(method, dataset.task, reasons),
        shown_base,
        *form.updates(method, dataset.task, wanted, before, values, fixed),
    ]


def suggest_anew(
    workspace: Workspace,
    dataset_id: str,
    _before: dict[str, Any],
    base: str,
    start: str | None,
    pinned: dict[str, str],
    _method: str,
    *rest: Any,
) -> Any:
    """The suggestions for every setting, changed or not."""
    usual = TrainSpec().method
    found = suggest(workspace, dataset_id, {}, base, start, pinned, usual, *rest)
    if isinstance(found, list):
        found[_METHOD].setdefault("value", usual)
    return found


def show_estimate(workspace: Workspace, dataset_id: str, *asked: Any) -> Any:
    """How much work these settings are, does it fit, how long; what is wrong with them while they cannot be used. And other hardware.

    In the order (where it is measured, words, other hardware, the start, which waits for settings that can be used); `asked` as in
    `form.project_of`.
    """
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return ["", "", None, gr.skip()]
    try:
        spec = filled_project(workspace, form.project_of(workspace, dataset, *asked), dataset)
        place = measuring_of(workspace, spec, dataset)
        found = plan_training(spec, dataset, place.fit().get("measured"))
    except FTError as error:
        return ["", show.problem(error), None, gr.update(interactive=False)]
    model, training = spec.model, spec.training
    times = "once" if training.epochs == 1 else f"{show.number(training.epochs)} times"
    lines = [
        f"**{amounts.count(found['steps'], 'step')}**: {amounts.count(found['examples'], 'training example')}, "
        f"{training.batch_size} a step, seen {times}.",
        _cut(dataset, model.base, training),
        _fit(found),
        *found["notes"],
        next(
            (f"This base model is for: {known.good_for}" for known in catalog.suggestions() if known.id == model.base),
            "",
        ),
    ]
    words = "\n\n".join(line for line in lines if line)
    return [place.id, words, elsewhere(found), gr.update(interactive=True)]


def _fit(found: dict[str, Any]) -> str:
    """Memory, time and on a Space dollars on this machine, in words: measured, else estimated."""
    room = "it fits" if found["fits"] else "**it does not fit on this machine**"
    if found["trial"] is not None:
        return f"**Measured:** {measuring.told(found['trial'], 3600 * found['hours'])}: {room}."
    if found["memory_gb"] is None:
        return "How much memory and time it takes is not known before this base model is on this machine."
    parts = {name: gigabytes for name, gigabytes in found["memory_gb"].items() if name != "total"}
    total = found["memory_gb"]["total"]
    listed = ", ".join(
        f"{name.replace('_', ' ')} {gigabytes:.2f}" for name, gigabytes in parts.items() if gigabytes >= 0.01
    )
    hours, dollars = found["hours"], found["hardware"][0]["dollars"]
    cost = f", {amounts.dollars(dollars)} on this Space" if dollars is not None else ""
    time = f" About **{amounts.duration(3600 * hours)}** here{cost}." if hours is not None else ""
    return (
        f"About **{total:.1f} GB** of memory ({listed} GB): {room}.{time} Both are estimates; Measure tells them truly."
    )


def elsewhere(found: dict[str, Any]) -> pandas.DataFrame:
    """Each piece of hardware of a Space: does it fit, how long, how much."""
    rows = [
        [
            row["title"],
            f"{row['memory_gb']:g} GB",
            "fits" if row["fits"] else f"needs {row['needed_gb']:.1f} GB",
            amounts.duration(3600 * row["hours"]) if row["hours"] is not None else "–",
            amounts.dollars(row["dollars"]),
        ]
        for row in found["hardware"]
    ]
    return pandas.DataFrame(rows, columns=["Hardware", "Memory", "Does it fit", "Time (estimate)", "Cost (estimate)"])


def _cut(dataset: Dataset, base: str, training: TrainSpec) -> str:
    """How many examples are longer than what is kept of them; nothing when none is, and of plain texts, which are cut into pieces."""
    if dataset.task == "text":
        return ""
    max_length, lengths = training.max_length, _lengths(dataset, base)
    cut = sum(length > max_length for length in lengths)
    if not cut:
        return ""
    return (
        f"**{cut:,} of {amounts.count(len(lengths), 'example')} are longer than {max_length:,} tokens and lose {lost_part(training)}.** "
        f"Raise Longest example to {max(lengths):,} to keep them whole; that takes more memory and time."
    )


def lost_part(training: TrainSpec) -> str:
    """What an example that is too long loses: a head reads the end of the prompt, a model that writes is taught the answer after it."""
    return "the beginning of their prompt" if training.head == "classification" else "the end of their answer"


def _lengths(dataset: Dataset, base: str) -> tuple[int, ...]:
    """Tokens of each training example; none for a base model that is not on this machine yet or cannot be read."""
    try:
        return _counted(dataset, base)
    except FTError:
        return ()  # said when the training is started


@lru_cache(maxsize=32)  # asked again at every change of a setting, and a dataset never changes
def _counted(dataset: Dataset, base: str) -> tuple[int, ...]:
    """The same. Raises FTError for what has none, so that it is looked for again: a training downloads its base model."""
    tokenizer = base_tokenizer(base, plain=dataset.task == "text")
    if tokenizer is None:
        raise download.missing(base, "It is not on this machine yet.")
    return tuple(tokenizer.lengths(dataset.examples("train")).tolist())


def start_training(workspace: Workspace, dataset_id: str, name: str, *asked: Any) -> str:
    """Create a run and queue it; its id. Raises FTError `data.missing`, and what `form.project_of` and `begin` raise."""
    dataset = uploads.required_dataset(workspace, dataset_id)
    spec = form.project_of(workspace, dataset, *asked)
    named = fields.collect(ProjectSpec, ("name", "data"), (name, spec.data))
    return begin(workspace, spec.model_copy(update={"name": named.name}), dataset, "train")
