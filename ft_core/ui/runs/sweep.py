"""Step 3: find good settings by trying several, and see which of them matter. The form; what came of it is in `sweep_result`."""

from typing import Any

import gradio as gr

from ft_core import hardware
from ft_core.errors import FTError
from ft_core.settings.methods import used_by
from ft_core.settings.sweep import SWEPT, RangeSpec, SweepSpec, default_range
from ft_core.ui import fields, show
from ft_core.ui.begin import begin
from ft_core.ui.runs import names, sweep_result
from ft_core.ui.runs.start import required_start, start_of
from ft_core.ui.shared import Shared, choose, follow
from ft_core.worker.children import require_validation, usual_settings
from ft_core.workspace import Workspace

_SETTINGS = "Settings to try: "


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Accordion("3. Find good settings", open=False, elem_id="sweep", elem_classes=["step", "fold"]):
        gr.Markdown(
            "Several short trainings, each with other settings, compared by their validation loss. Each next one is chosen by what the ones "
            "before it led to, and hopeless ones end early. It takes as long as that many trainings.",
            elem_classes="quiet",
        )
        empty = gr.Markdown("There is no dataset yet. Prepare one in the Data tab, or press Use the example.", elem_id="sweep-empty")  # fmt: skip
        with gr.Column(visible=False) as form:
            words = gr.Markdown(elem_id="sweep-start-words")
            chosen = gr.Dropdown([], multiselect=True, label="Settings to try", info="The learning rate matters most. More settings need more trials.", elem_id="sweep-settings")  # fmt: skip
            with gr.Row():
                ranges = [
                    gr.Textbox(
                        label=names.training_title(name), info="From lowest to highest, or values with commas between them.", visible=False,
                        min_width=240, elem_id=f"sweep-{name.replace('_', '-')}",
                    )
                    for name in SWEPT
                ]  # fmt: skip
            with gr.Row():
                trials, minutes = fields.inputs(SweepSpec, ("trials", "minutes"), "sweep")
            with gr.Row(elem_classes="actions"):
                start = gr.Button("Start the search", elem_id="sweep-begin")
        sweep_result.build(shared)

    seen = gr.State("")
    follow(
        [shared.tab.select, shared.run_id.change],
        shared.quiet(show_sweep_form),
        [seen, shared.dataset_id, shared.run_id],
        [seen, empty, form, words, chosen, *ranges],
    )
    choose(
        [chosen.input],
        lambda given: [gr.update(visible=name in (given or [])) for name in SWEPT],
        [chosen],
        ranges,
        queue=False,
    )
    start.click(
        shared.private(start_sweep),
        [shared.dataset_id, shared.run_id, chosen, trials, minutes, *ranges],
        [shared.run_id],
        api_visibility="private",
        concurrency_id="start",
        concurrency_limit=1,
    )


def show_sweep_form(workspace: Workspace, seen: str, dataset_id: str, run_id: str) -> Any:
    """The form in the order (seen, empty, form, words, settings, ranges), filled around the settings that it starts from."""
    start = start_of(workspace, dataset_id, run_id)
    found = f"{start.dataset.id} {start.run and start.run.id}" if start else "none"
    if found == seen:
        return gr.skip()
    if start is None:
        return [found, gr.update(visible=True), gr.update(visible=False), *[gr.skip()] * (2 + len(SWEPT))]
    training = start.training()
    offered = [name for name in SWEPT if used_by(training.method, name)]
    earlier = start.run and start.run.spec().sweep
    on_gpu = hardware.describe().gpu is not None
    given = {
        name: (earlier and earlier.settings.get(name)) or default_range(name, training, start.dataset.task, on_gpu)
        for name in offered
    }  # a search is shown with its own ranges
    chosen = [name for name in offered if name in (earlier.settings if earlier else usual_settings(training.method))]
    return [
        found,
        gr.update(visible=False),
        gr.update(visible=True),
        show.plain(start.words(workspace.runs())),
        gr.update(choices=[(names.training_title(name), name) for name in offered], value=chosen),
        *(gr.update(value=range_text(given[name]) if name in given else "", visible=name in chosen) for name in SWEPT),
    ]


def start_sweep(
    workspace: Workspace, dataset_id: str, run_id: str, chosen: list[str] | None, trials: Any, minutes: Any, *texts: str
) -> str:
    """A run that is a search, in the queue; its id. Raises FTError `settings.invalid` naming every wrong control, and `data.missing`."""
    start = required_start(workspace, dataset_id, run_id)
    plan = _plan(chosen or [], dict(zip(SWEPT, texts, strict=True)), trials, minutes)
    require_validation(start.dataset.counts, "sweep")
    return begin(workspace, start.spec.model_copy(update={"sweep": plan}), start.dataset, "sweep")


def range_text(given: RangeSpec) -> str:
    """`0.0006 to 0.006`, `8, 16, 32`."""
    if given.values is not None:
        return ", ".join(one if isinstance(one, str) else names.value(one) for one in given.values)
    return f"{given.low:g} to {given.high:g}"


def range_of(text: str) -> dict[str, Any]:
    """The same back; numbers are checked later. A single value is a list of one."""
    for between in (" to ", ":", " - "):
        low, found, high = text.partition(between)
        if found:
            return {"low": low.strip(), "high": high.strip()}
    return {"values": [_number(one.strip()) for one in text.split(",") if one.strip()]}


def _number(text: str) -> Any:
    """A number where it is one."""
    try:
        given = float(text)
    except ValueError:
        return text
    return int(given) if given.is_integer() else given


def _plan(chosen: list[str], texts: dict[str, str], trials: Any, minutes: Any) -> SweepSpec:
    """The search. Raises FTError `settings.invalid`."""
    wrong: dict[str, str] = {}
    settings = {name: range_of(texts[name] or "") for name in SWEPT if name in chosen}
    if not settings:
        wrong["Settings to try"] = "Settings to try: choose one at least."
    for name, given in settings.items():
        try:
            fields.collect(SweepSpec, ("settings",), ({name: given},))
        except FTError as error:
            label = names.training_title(name)
            wrong[label] = f"{label}: {error.why.removeprefix(_SETTINGS)}"
    try:
        rest = fields.collect(
            SweepSpec, ("settings", "trials", "minutes"), (SWEPT[:1], trials, minutes)
        )  # any settings
    except FTError as error:
        wrong[error.fix.removeprefix("Change ").rstrip(".")] = error.why
    if wrong:
        what = "One setting cannot be used." if len(wrong) == 1 else "Some settings cannot be used."
        raise FTError("settings.invalid", what, " ".join(wrong.values()), f"Change {' and '.join(wrong)}.")
    return SweepSpec.model_validate({"settings": settings, "trials": rest.trials, "minutes": rest.minutes})
