"""The button beside the estimate: a few real steps in a process of their own, for the true memory and time of the settings in the form."""

import time
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.fit.cost import dollars_for
from ft_core.pipeline.measure import prepare_measuring
from ft_core.pipeline.runs import filled_project
from ft_core.ui import show, uploads
from ft_core.ui.shared import QUIET, Shared
from ft_core.ui.training import form
from ft_core.ui.training.form import Form
from ft_core.worker import launch
from ft_core.workspace import Workspace


@dataclass(frozen=True)
class Measuring:
    """`asked` is where the settings in the form are measured, as `pipeline.measure.measuring` has it."""

    asked: gr.State
    begin: gr.Button
    stop: gr.Button
    progress: gr.HTML
    failure: gr.Markdown


def components() -> Measuring:
    """Below the estimate."""
    with gr.Row(elem_classes="actions"):
        begin = gr.Button("Measure", size="sm", elem_id="training-measure")
        stop = gr.Button("Stop measuring", size="sm", visible=False, elem_id="training-stop-measure")
    progress = gr.HTML(visible=False, elem_id="training-measure-progress")
    failure = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="training-measure-failure")
    return Measuring(gr.State(""), begin, stop, progress, failure)


def wire(shared: Shared, made: Measuring, asking: Form) -> None:
    """The events."""
    # What is done is told by a BrowserState: a gr.State that is changed outside Gradio's queue lets no event happen.
    seen = gr.State("")
    quick: dict[str, Any] = {"queue": False, **QUIET}
    watching = [seen, shared.measured, made.begin, made.stop, made.progress, made.failure]
    shared.follow(watch_measure, [seen, made.asked], watching)
    for event in (
        made.begin.click(shared.private(start_measure), [shared.dataset_id, *asking.asked], [made.asked], **quick),
        made.stop.click(shared.private(stop_measure), [made.asked], None, **quick),
    ):
        event.success(shared.quiet(watch_measure), [seen, made.asked], watching, **quick)


def start_measure(workspace: Workspace, dataset_id: str, *asked: Any) -> str:
    """Queue the measuring of these settings; where it is done. Raises FTError `data.missing`, and what a start of their training raises."""
    dataset = uploads.required_dataset(workspace, dataset_id)
    spec = filled_project(workspace, form.project_of(workspace, dataset, *asked), dataset)
    run = prepare_measuring(workspace, spec, dataset)
    launch.enqueue(workspace, run, "measure")
    return run.id


def stop_measure(workspace: Workspace, identity: str) -> None:
    """End the measuring. Raises FTError `run.missing`."""
    launch.stop_measure(workspace, workspace.measure(identity))


def watch_measure(workspace: Workspace, seen: str, identity: str) -> Any:
    """How the measuring of the settings in the form stands, in the order of `watching`."""
    view, state = launch.JobView("none"), None
    if identity:
        run = workspace.measure(identity)
        view, state = launch.view(workspace, run, "measure"), run.job("measure")
    at_work = view.status in ("queued", "running")
    words = ""
    if at_work:
        since = time.time() - state.started if state is not None and view.status == "running" else 0.0
        words = show.waiting(f"Measuring: {view.message or 'starting'}", since)
    found = f"{identity} {view} {words}"
    if found == seen:
        return gr.skip()
    failed = view.error
    return [
        found,
        f"{identity} {state.heartbeat}" if state is not None and view.status == "done" else gr.skip(),
        gr.update(value="Measure again" if view.status == "done" else "Measure", visible=not at_work),
        gr.update(visible=at_work),
        gr.update(value=words, visible=at_work),
        gr.update(value=show.problem(failed) if failed else "", visible=failed is not None),
    ]


def told(measured: dict[str, Any], seconds: float | None) -> str:
    """What was measured, in plain words without their beginning and end: memory; once it is known the time of a step and in all, dollars on a Space."""
    memory = (
        f"{measured['peak_memory_gb']:.2f} GB of memory at most for {amounts.count(measured['micro_batch_size'], 'example')} "
        f"of up to {measured['longest_tokens']:,} tokens at once"
    )
    if seconds is None:
        return memory
    cost = dollars_for(seconds)
    paid = f", {amounts.dollars(cost)} on this Space" if cost is not None else ""
    return (
        f"{memory}, {show.number(measured['seconds_per_step'], 2)} s a step, "
        f"about {amounts.duration(seconds)} in all without validations{paid}"
    )
