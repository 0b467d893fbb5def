"""Step 1: the evaluation begun, watched, stopped."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ft_core.errors import FTError
from ft_core.evals.benchmarks.detectable import foretold
from ft_core.evals.benchmarks.known import BENCHMARKS
from ft_core.settings.evaluation import changed
from ft_core.ui import show
from ft_core.ui.shared import QUIET, TO_TOP, Shared, choose, selected_run
from ft_core.worker import launch
from ft_core.worker.launch import JobView
from ft_core.workspace import Workspace

# By whether there is a report of an evaluation before.
_ENDED = {
    False: "It ended before there was a result; Evaluate begins anew",
    True: "It ended before there was a result; below is the evaluation before",
}


@dataclass(frozen=True)
class Start:
    """The step, and what stands in its place while there is nothing to evaluate."""

    empty: gr.Column
    go_back: gr.Button
    step: gr.Column
    progress: gr.HTML
    failure: gr.Markdown
    benchmarks: gr.CheckboxGroup
    questions: gr.Number
    foretold: gr.Markdown
    start: gr.Button
    stop: gr.Button


def components() -> Start:
    """The step's own."""
    with gr.Column(elem_classes=["step", "empty"], visible=False) as empty:
        gr.Markdown(
            "### There is no trained model yet\n\nTrain one first; stopping early is enough to evaluate what it has learnt."
        )
        go_back = gr.Button("Go to Training", variant="primary")
    with gr.Column(elem_classes="step", visible=False) as step:
        gr.HTML(
            show.step(
                1,
                "Evaluate",
                "Base and tuned model answer each test example: minutes with a small model, longer with a large one. You can close the page meanwhile.",
            )
        )
        progress = gr.HTML(elem_id="evaluation-progress")
        failure = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="evaluation-failure")
        with gr.Accordion("Benchmarks: public tests, before and after", open=False, elem_id="evaluation-benchmarks"):
            gr.Markdown(
                "They tell what a training made a model forget, where the base model knows more than guessing; a very small one does not. "
                "Their questions are downloaded from the Hub the first time, and each base model is asked only once.",
                elem_classes="quiet",
            )
            benchmarks = gr.CheckboxGroup(
                [(one.title, name) for name, one in BENCHMARKS.items()],
                label="Benchmarks",
                elem_id="evaluation-benchmark-names",
            )
            questions = gr.Number(
                value=100,
                minimum=2,
                precision=0,
                label="Benchmark questions",
                info="Of each benchmark.",
                elem_id="evaluation-benchmark-questions",
            )
            told = gr.Markdown(visible=False, elem_id="evaluation-benchmark-foretold")
        with gr.Row(elem_classes="actions"):
            start = gr.Button("Evaluate", variant="primary", elem_id="evaluation-start")
            stop = gr.Button("Stop", visible=False, elem_id="evaluation-stop")
    return Start(empty, go_back, step, progress, failure, benchmarks, questions, told, start, stop)


def wire(shared: Shared, made: Start, leads_on: gr.Button) -> None:
    """The events; `leads_on` is shown when there is a result."""
    quick: dict[str, Any] = {"queue": False, **QUIET}
    seen = gr.State("")
    watching = [seen, made.empty, made.step, made.progress, made.failure, made.start, made.stop, leads_on]
    shared.follow(watch_job, [seen, shared.run_id], watching)
    asked = [made.benchmarks, made.questions]
    shown = gr.State("")
    shared.follow(watch_asked, [shown, shared.run_id], [shown, *asked, made.foretold])
    choose([made.benchmarks.input, made.questions.input], foretell, asked, [made.foretold], queue=False)
    made.go_back.click(lambda: gr.Tabs(selected="training"), None, shared.tabs, js=TO_TOP, **quick)
    for event in (
        made.start.click(
            shared.private(start_evaluation),
            [shared.run_id, *asked],
            None,
            api_visibility="private",
            concurrency_id="start",
            concurrency_limit=1,
        ),
        made.stop.click(shared.private(stop_evaluation), [shared.run_id], None, **quick),
    ):
        event.success(shared.quiet(watch_job), [seen, shared.run_id], watching, **quick)


def foretell(benchmarks: list[str] | None, questions: float | None) -> Any:
    """What change so many questions of these benchmarks can show."""
    names = [name for name in benchmarks or [] if name in BENCHMARKS]
    words = foretold(names, int(questions)) if questions and questions >= 2 else ""
    return gr.update(value=words, visible=bool(words))


def watch_asked(workspace: Workspace, shown: str, run_id: str) -> Any:
    """What the selected run was last asked, once for each run: (run, benchmarks, questions, what they can show)."""
    run = selected_run(workspace, run_id)
    if run is None or run.id == shown:
        return gr.skip()
    asked = run.evaluation_spec()
    names: list[str] = list(asked.benchmarks)
    return [run.id, names, asked.benchmark_limit, foretell(names, asked.benchmark_limit)]


def start_evaluation(
    workspace: Workspace, run_id: str, benchmarks: list[str] | None = None, questions: float | None = None
) -> None:
    """Queue the evaluation of the selected run. Raises FTError `evaluation.no_adapter` and `settings.invalid`."""
    run = selected_run(workspace, run_id)
    if run is None or not run.is_trained:
        raise FTError(
            "evaluation.no_adapter",
            "There is nothing to evaluate yet.",
            "The run has no trained model.",
            "Press Start training in the Training tab first.",
        )
    before = run.evaluation_spec()
    changes = {"benchmarks": tuple(benchmarks or ()), "benchmark_limit": int(questions or 0) or before.benchmark_limit}
    asked = changed(before, changes)
    if asked != before:
        run.ask_evaluation(asked)
    launch.enqueue(workspace, run, "evaluate")


def stop_evaluation(workspace: Workspace, run_id: str) -> None:
    """Stop the evaluation of the selected run."""
    run = selected_run(workspace, run_id)
    if run is not None:
        launch.stop(workspace, run, "evaluate")


def watch_job(workspace: Workspace, seen: str, run_id: str) -> Any:
    """How the evaluation stands, in the order of `watching`."""
    run = selected_run(workspace, run_id)
    view = launch.view(workspace, run, "evaluate") if run else JobView("none")
    ready = run is not None and run.is_trained
    training = run is not None and launch.view(workspace, run, "train").status in ("queued", "running", "stopping")
    found = f"{run and run.id} {ready} {training} {view} {run is not None and run.is_evaluated}"
    if found == seen:
        return gr.skip()
    at_work = view.status in ("queued", "running", "stopping")
    done = run is not None and run.is_evaluated
    words = {"none": "Evaluate", "done": "Evaluate again"}.get(view.status, "Evaluate")
    return [
        found,
        gr.update(visible=not ready),
        gr.update(visible=ready),
        show.progress(view, "answer", _ENDED[run is not None and run.is_evaluated]) if view.status != "none" else "",
        gr.update(value=show.problem(view.error) if view.error else "", visible=view.status == "failed"),
        gr.update(value=words, interactive=not (at_work or training), variant="secondary" if done else "primary"),
        gr.update(visible=view.status in ("queued", "running")),
        gr.update(visible=done, variant="primary" if done else "secondary"),
    ]
