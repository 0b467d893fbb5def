"""Step 4: how much data is needed: the same training on growing parts of the data, one curve through them, and what twice the data would buy."""

from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.errors import FTError
from ft_core.settings.data_size import MOST, DataSizeSpec
from ft_core.ui import fields, show, theme
from ft_core.ui.begin import begin
from ft_core.ui.runs import frames, names
from ft_core.ui.runs.start import required_start, start_of
from ft_core.ui.runs.study import required_study, shown_study, standing_of
from ft_core.ui.shared import QUIET, Shared, follow
from ft_core.ui.training.curves import loss_axis
from ft_core.worker import launch
from ft_core.worker.children import require_validation
from ft_core.workspace import Workspace

COLOURS = {frames.MEASURED: theme.TUNED, frames.FORECAST: theme.VALIDATION}
START, RESUME = "Start this measure", "Go on to measure"
SHARES = "12.5, 25, 50, 100"  # per cent


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Accordion("4. How much data do I need?", open=False, elem_id="data-size", elem_classes=["step", "fold"]):
        gr.Markdown(
            "The same training on an eighth, a quarter, a half and all of your training examples. If the loss still falls from a half to all, "
            "more examples will help; if it does not, better ones or other settings will.",
            elem_classes="quiet",
        )
        empty = gr.Markdown("There is no dataset yet. Prepare one in the Data tab, or press Use the example.", elem_id="data-size-empty")  # fmt: skip
        with gr.Column(visible=False) as form:
            words = gr.Markdown(elem_id="data-size-start-words")
            with gr.Row():
                shares = gr.Textbox(
                    SHARES, label="Parts of the training examples, in per cent", info="With commas between them. A forecast needs four.", elem_id="data-size-shares",
                )  # fmt: skip
                score = fields.component(DataSizeSpec.model_fields["score"], "data-size-score")
            with gr.Row(elem_classes="actions"):
                start = gr.Button("Start to measure", elem_id="data-size-begin")
        with gr.Column(visible=False, elem_classes="card", elem_id="data-size-result") as result:
            title = gr.Markdown(elem_id="data-size-title")
            progress = gr.HTML(elem_id="data-size-progress")
            failure = gr.Markdown(visible=False, elem_classes=["notice", "bad"])
            with gr.Row(elem_classes="actions"):
                stop = gr.Button("Stop to measure (keeps the work)", visible=False, elem_id="data-size-stop")
                resume = gr.Button(RESUME, visible=False, elem_id="data-size-resume")
            sentence = gr.Markdown(elem_id="data-size-sentence")
            curve: dict[str, Any] = {
                "x": "examples", "y": "value", "color": "series", "color_map": COLOURS, "height": 300, "buttons": ["fullscreen"], "show_label": False,
                "x_title": "training examples", "color_title": "value", "visible": False, "min_width": 280,
            }  # fmt: skip
            with gr.Row(elem_classes="charts"):
                loss = gr.LinePlot(title="Validation loss", y_title="loss", label="Validation loss by the number of examples", elem_id="data-size-loss", **curve)  # fmt: skip
                scores = gr.LinePlot(title="Test score", y_title="score", label="Test score by the number of examples", elem_id="data-size-scores", **curve)  # fmt: skip
            table = gr.Dataframe(interactive=False, wrap=True, buttons=[], label="Each part", visible=False, elem_id="data-size-table")  # fmt: skip

    seen_form, shown, seen_job, seen_result = gr.State(""), gr.State(""), gr.State(""), gr.State("")
    quick: dict[str, Any] = {"queue": False, **QUIET}
    follow(
        [shared.tab.select, shared.run_id.change],
        shared.quiet(show_size_form),
        [seen_form, shared.dataset_id, shared.run_id],
        [seen_form, empty, form, words],
    )
    watching = [seen_job, shown, result, title, progress, failure, stop, resume]
    shared.follow(watch_size, [seen_job, shared.run_id], watching)
    view = [seen_result, sentence, loss, scores, table]
    shared.follow(watch_points, [seen_result, shared.run_id], view)
    for event in (
        stop.click(shared.private(stop_size), [shown], None, **quick),
        resume.click(shared.private(resume_size), [shown], None, **quick),
    ):
        event.success(shared.quiet(watch_size), [seen_job, shared.run_id], watching, **quick)
    start.click(
        shared.private(start_size),
        [shared.dataset_id, shared.run_id, shares, score],
        [shared.run_id],
        api_visibility="private",
        concurrency_id="start",
        concurrency_limit=1,
    )


def show_size_form(workspace: Workspace, seen: str, dataset_id: str, run_id: str) -> Any:
    """The form in the order (seen, empty, form, words)."""
    start = start_of(workspace, dataset_id, run_id)
    found = f"{start.dataset.id} {start.run and start.run.id}" if start else "none"
    if found == seen:
        return gr.skip()
    words = show.plain(start.words(workspace.runs())) if start else ""
    return [found, gr.update(visible=start is None), gr.update(visible=start is not None), words]


def start_size(workspace: Workspace, dataset_id: str, run_id: str, shares: str, score: bool) -> str:
    """A run that measures, in the queue; its id. Raises FTError `settings.invalid`, `data.missing` and `data_size.no_validation`."""
    start = required_start(workspace, dataset_id, run_id)
    plan = fields.collect(DataSizeSpec, ("shares", "score"), (_shares(shares), score))
    require_validation(start.dataset.counts, "data_size")
    return begin(workspace, start.spec.model_copy(update={"data_size": plan}), start.dataset, "data_size")


def _shares(text: str) -> list[float]:
    """`12.5, 25` -> [0.125, 0.25]. Raises FTError `settings.invalid`, in per cent like the input."""
    try:
        numbers = {float(part.strip().rstrip("%")) for part in text.split(",") if part.strip()}
    except ValueError as error:
        raise _unusable(f"{text!r} is not a list of numbers.") from error
    if not 2 <= len(numbers) <= MOST or not all(0 < number <= 100 for number in numbers):
        raise _unusable(f"{text!r} is not 2 to {MOST} different numbers above 0 and at most 100.")
    return [number / 100 for number in sorted(numbers)]


def _unusable(why: str) -> FTError:
    label = "Parts of the training examples"
    return FTError(
        "settings.invalid",
        "One setting cannot be used.",
        f"{label}: {why}",
        f"Change {label} to something like {SHARES}.",
    )


def watch_size(workspace: Workspace, seen: str, run_id: str) -> Any:
    """How the measure stands, in the order (seen, shown, result, title, progress, failure, stop, resume)."""
    run = shown_study(workspace, run_id, "data_size")
    view = launch.view(workspace, run, "data_size") if run else None
    found = f"{run and run.id} {view}"
    if found == seen:
        return gr.skip()
    if run is None or view is None:
        return [found, "", gr.update(visible=False), *[gr.skip()] * 5]
    name = show.plain(names.titles(workspace.runs())[run.id])
    return [found, run.id, gr.update(visible=True), f"**Measure {name}**", *standing_of(view, "part", START, RESUME)]


def watch_points(workspace: Workspace, seen: str, run_id: str) -> Any:
    """What was measured, in the order (seen, sentence, loss, scores, table)."""
    run = shown_study(workspace, run_id, "data_size")
    result = (run.data_size() if run else None) or {"points": [], "sentence": "", "title": None, "status": ""}
    found = repr((run and run.id, result))
    if found == seen:
        return gr.skip()
    points, title = result["points"], result["title"]
    losses, scores = frames.sizes(result, "validation_loss"), frames.sizes(result, "score")
    words = f"**{show.plain(result['sentence'])}**" if result["status"] == "done" else ""
    return [
        found,
        words,
        gr.update(value=losses, visible=len(losses) > 0, y_title=loss_axis(run.spec()) if run else "loss"),
        gr.update(value=scores, visible=len(scores) > 0, title=f"Test score: {title}"),
        gr.update(value=_table(points, title), visible=bool(points)),
    ]


def stop_size(workspace: Workspace, shown: str) -> None:
    """Ask the measure to stop: the parts that are done are kept."""
    launch.stop(workspace, required_study(workspace, shown), "data_size")


def resume_size(workspace: Workspace, shown: str) -> None:
    """Let the measure go on where it was."""
    launch.enqueue(workspace, required_study(workspace, shown), "data_size")


def _table(points: list[dict[str, Any]], title: str | None) -> dict[str, Any]:
    rows = []
    for point in points:
        between = "–" if point["low"] is None else f"{show.number(point['low'])} to {show.number(point['high'])}"
        spent = "–" if point["seconds"] is None else amounts.duration(point["seconds"])
        scored = [show.number(point["score"]), between] if title else []
        rows.append(
            [f"{point['share']:.1%}", f"{point['examples']:,}", show.number(point["validation_loss"]), *scored, spent]
        )
    headers = ["Part", "Training examples", "Validation loss", *([title, "95 % interval"] if title else []), "Time"]
    return {"headers": headers, "data": rows}
