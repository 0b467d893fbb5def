"""Step 2 of the Training tab: how the selected run goes on, its curves, its sample answers, and the ways to stop it."""

from functools import lru_cache
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.errors import FTError
from ft_core.jobs import Stop
from ft_core.run import Run
from ft_core.settings.methods import METHODS
from ft_core.train import profile_tables
from ft_core.ui import frames, show, uploads
from ft_core.ui.shared import QUIET, Shared, next_button, selected_run
from ft_core.ui.training import advice, curves, measuring
from ft_core.ui.training.form import Form
from ft_core.ui.training.settings import lost_part, start_training
from ft_core.worker import launch
from ft_core.worker.launch import JobView
from ft_core.workspace import Workspace

PLOT: dict[str, Any] = {
    "x": "step",
    "y": "value",
    "color": "series",
    "x_title": "step",
    "color_title": "data",
    "height": 300,
    "buttons": ["fullscreen"],
    "show_label": False,
}
CHARTS = (  # title, words on the axis, key in the measurements, what the coach calls it
    ("Loss", "loss (nats per token)", "loss", "loss"),
    ("Accuracy", "share of tokens guessed right", "token_accuracy", ""),
    ("Gradient norm", "length of the gradient", "gradient_norm", "gradient_norm"),
    ("Learning rate", "learning rate", "learning_rate", ""),
)

_STUDIES = {
    "sweep": "The selected run is a search for settings. It is in the Runs tab, under 3. Find good settings.",
    "data_size": "The selected run measures how much data is needed. It is in the Runs tab, under 4. How much data do I need?",
}
_TO_PROGRESS = (
    "() => { document.getElementById('training-progress').scrollIntoView({behavior: 'smooth', block: 'center'}); }"
)


def build(shared: Shared, made: Form, start: gr.Button) -> None:
    """Components, then events. `start` is the button of step 1, whose run is watched here."""
    study = gr.Markdown(visible=False, elem_classes="notice", elem_id="training-study")
    with gr.Column(elem_classes="step", visible=False) as step:
        gr.HTML(
            show.step(
                2,
                "Watch",
                "The loss should fall. What counts is the validation loss: it is measured on examples the model does not learn from.",
            )
        )
        progress = gr.HTML(elem_id="training-progress")
        failure = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="training-failure")
        with gr.Accordion("The end of the log", open=False, visible=False) as log_part:
            log = gr.Textbox(lines=12, max_lines=12, interactive=False, show_label=False, label="Log", container=False)
        with gr.Row(elem_classes="actions"):
            pause = gr.Button("Pause", visible=False, elem_id="training-pause")
            stop = gr.Button("Stop (keeps the work)", visible=False, elem_id="training-stop")
            resume = gr.Button("Resume", visible=False, elem_id="training-resume")
            discard = gr.Button("Discard", visible=False, elem_id="training-discard")
            project = gr.DownloadButton("Download project.yaml", visible=False, elem_id="training-project")
        with gr.Row(visible=False, elem_classes="actions") as ask:
            question = gr.Markdown(elem_id="training-ask-discard")
            really = gr.Button("Yes, discard it", variant="stop", size="sm", elem_id="training-really-discard")
            no = gr.Button("No", size="sm")
        tiles = gr.HTML(elem_id="training-tiles")
        plots = []
        gr.HTML(show.legend([(colour, series) for series, colour in curves.COLOURS.items()]))
        for start_of_row in (0, 2):
            with gr.Row(elem_classes="charts"):
                plots += [
                    gr.LinePlot(
                        title=title, y_title=axis, label=title, color_map=curves.COLOURS, colors_in_legend=[],
                        elem_id=f"training-{title.lower().replace(' ', '-')}-chart", **PLOT,
                    )
                    for title, axis, key, _ in CHARTS[start_of_row : start_of_row + 2]
                ]  # fmt: skip
        parts = gr.LinePlot(
            title="Validation loss of each part of the mix", y_title="loss (nats per token)", visible=False,
            label="Validation loss of each part", elem_id="training-parts", **PLOT,
        )  # fmt: skip
        advice.build(shared, made, start)
        with gr.Accordion("What does this mean?", open=False):
            gr.Markdown(
                "**Loss**: how surprised the model is by the right answer, in nats per token; 0 is no surprise, 0.69 is a coin toss. "
                "**Accuracy**: how often its first guess for the next token of an answer is right; of labels and pairs, how often the right one wins. **Step**: one "
                "correction of the weights that learn, from one batch of examples. "
                "**Epoch**: every training example seen once. **Gradient norm**: how strongly a step pulls at the weights; "
                "it should not leap. **Best weights**: the upright line, where the validation loss was lowest; those are kept.\n\n"
                "Both lines of the loss fall: it learns. Training falls while validation rises: it begins to learn by heart; fewer epochs or "
                "more examples help, and early stopping ends it there."
            )
        remarks = gr.Markdown(elem_classes="quiet")
        samples = gr.Dataframe(
            label="Sample answers on validation examples",
            interactive=False,
            wrap=True,
            buttons=[],
            elem_id="training-samples",
            column_widths=["420px", "150px", "220px", "150px"],
            max_height=360,
        )
        with gr.Accordion("Sample answers at every validation", open=False):
            all_samples = gr.Dataframe(
                interactive=False, wrap=True, buttons=[], show_label=False, label="Sample answers", max_height=420
            )
        with gr.Accordion("Where the time and the memory go", open=False, visible=False) as profile_part:
            profile = gr.Markdown(elem_id="training-profiled")
    with gr.Row():
        leads_on = next_button(shared, "evaluation", "Evaluation")

    seen_job, seen_results = gr.State(""), gr.State("")
    quick: dict[str, Any] = {"queue": False, **QUIET}
    watching = [seen_job, step, progress, failure, log_part, log, pause, stop, resume, discard, start, leads_on, study]
    shared.follow(watch_job, [seen_job, shared.run_id], watching)
    results = [seen_results, tiles, *plots, parts, remarks, profile_part, profile, samples, all_samples, project]
    shared.follow(watch_results, [seen_results, shared.run_id], results)
    begun = start.click(
        shared.private(start_training),
        [shared.dataset_id, made.name, *made.asked],
        [shared.run_id],
        api_visibility="private",
        concurrency_id="start",
        concurrency_limit=1,
    )
    begun.success(None, None, None, js=_TO_PROGRESS, **quick)
    asked = gr.State("")
    discard.click(shared.private(ask_discard), [shared.run_id], [asked, ask, question], **quick)
    for event in (no.click, shared.run_id.change):  # by the browser alone
        event(None, None, ask, js="() => ({__type__: 'update', visible: false})", trigger_mode="multiple", **quick)
    gone = really.click(shared.private(discard_training), [asked], [ask], **quick)
    for event in (
        begun,
        gone,
        pause.click(shared.private(pause_training), [shared.run_id], None, **quick),
        stop.click(shared.private(stop_training), [shared.run_id], None, **quick),
        resume.click(shared.private(resume_training), [shared.run_id], None, **quick),
    ):
        event.success(shared.quiet(watch_job), [seen_job, shared.run_id], watching, **quick)


def stop_training(workspace: Workspace, run_id: str) -> None:
    """Ask the training to stop and keep its work."""
    _stop(workspace, run_id, "keep")


def pause_training(workspace: Workspace, run_id: str) -> None:
    """Ask the training to save where it is and to do nothing more until it is resumed."""
    _stop(workspace, run_id, "pause")


def ask_discard(workspace: Workspace, run_id: str) -> Any:
    """The question before a run is discarded, which names it: its id, the row that asks, the words."""
    run = _run(workspace, run_id)
    named = show.plain(f"{run.spec().name}, {run.created:%d %b %Y %H:%M} UTC")
    words = f"Really remove what the run **{named}** has learnt? Its settings and its log stay."
    return [run.id, gr.update(visible=True), words]


def discard_training(workspace: Workspace, run_id: str) -> Any:
    """End the training of the very run that was asked about, and remove what it learnt. Raises FTError `run.missing`."""
    run = workspace.run(run_id)
    launch.discard(workspace, run)
    return gr.update(visible=False)


def _stop(workspace: Workspace, run_id: str, how: Stop) -> None:
    launch.stop(workspace, _run(workspace, run_id), "train", how)


def resume_training(workspace: Workspace, run_id: str) -> None:
    """Let a paused, stopped, interrupted or failed training go on from its last checkpoint, and one that was never begun begin."""
    launch.resume(workspace, _run(workspace, run_id))


def watch_job(workspace: Workspace, seen: str, run_id: str) -> Any:
    """How the training stands, in the order of `watching`."""
    run = selected_run(workspace, run_id)
    view = launch.view(workspace, run, "train") if run else JobView("none")
    found = f"{run and run.id} {view}"
    if found == seen:
        return gr.skip()
    if run is None or (view.status == "none" and launch.job_of(run) != "train"):
        hidden = gr.update(visible=False)
        words = _STUDIES.get(launch.job_of(run), "") if run else ""
        told = gr.update(value=words, visible=bool(words))
        return [found, hidden, "", hidden, hidden, "", *[hidden] * 4, gr.update(variant="primary"), hidden, told]
    failed = view.status == "failed"
    diverged = view.error is not None and view.error.code == "train.diverged"
    done = run.is_trained and (diverged or view.status in ("done", "stopped"))
    at_work = view.status in ("queued", "running")
    unfinished = view.status in ("stopped", "paused", "interrupted", "failed")
    can_begin = view.status == "none" or (unfinished and not diverged)  # the same steps would diverge again
    return [
        found,
        gr.update(visible=True),
        show.progress(view),
        gr.update(value=show.problem(view.error) if view.error else "", visible=failed),
        gr.update(visible=failed or view.status == "interrupted"),
        run.log_tail(60) if failed or view.status == "interrupted" else "",
        gr.update(visible=view.status == "running"),
        gr.update(visible=at_work),
        gr.update(
            visible=can_begin,
            value="Start this run" if view.status == "none" else "Resume",
            variant="primary" if can_begin and not done else "secondary",
        ),
        gr.update(visible=at_work or unfinished),
        gr.update(variant="secondary"),
        gr.update(visible=done, variant="primary" if done else "secondary"),
        gr.update(visible=False),
    ]


def watch_results(workspace: Workspace, seen: str, run_id: str) -> Any:
    """Tiles, curves and sample answers of the run, in the order of `results`. Left as they are while the run's files are."""
    run = selected_run(workspace, run_id)
    state = run.job("train") if run else None
    found = f"{run.fingerprint()} {state and state.status}" if run else "none"
    was_found, _, before = seen.partition("\n")
    if found == was_found:
        return gr.skip()
    if run is None:
        hidden = gr.update(visible=False)
        return [found, "", *[None] * len(CHARTS), hidden, "", hidden, "", None, None, hidden]
    metrics = run.metrics()
    pictures = f"{run.fingerprint(growing=False)} {state and state.status} {curves.mark(metrics)}"
    answers = f"{run.id} {len(run.samples())}"
    drawn, _, listed = before.partition("\n")
    return [
        f"{found}\n{pictures}\n{answers}",
        show.caption(_about(run))
        + _measured(run)
        + show.tiles(_tiles(run, metrics, launch.view(workspace, run, "train").seconds_left)),
        *_unless(drawn == pictures, _drawn(run, pictures)),
        *_unless(listed == answers, _listed(run, answers)),
    ]


def _unless(shown: bool, outputs: list[Any]) -> list[Any]:
    """What is shown already is left as it is: a browser takes longer to draw it than all else of a look."""
    return [gr.skip()] * len(outputs) if shown else outputs


@lru_cache(maxsize=8)
def _drawn(run: Run, _pictures: str) -> list[Any]:
    """The charts and what is said below them: the same for every page that shows the run."""
    metrics = run.metrics()
    said = advice.of_run(run) if metrics else ()
    best = curves.best_step(metrics)
    parts, profiled = curves.parts(metrics), run.profile()
    return [
        *(
            gr.update(
                value=curves.curve(metrics, key, best if key == "loss" else None, said, chart or "none"), y_title=words
            )
            for words, key, chart in _charts(run)
        ),
        gr.update(value=parts, visible=parts is not None, y_title=curves.loss_axis(run.spec())),
        _remarks(run, curves.stretch(metrics)),
        gr.update(visible=profiled is not None),
        profile_tables.tables(profiled) if profiled else "",
    ]


@lru_cache(maxsize=8)
def _listed(run: Run, _answers: str) -> list[Any]:
    """The sample answers, and the project to download."""
    rows = run.samples()
    copy = gr.update(value=uploads.download_copy(run), visible=True)
    return [frames.samples(rows), frames.samples_over_time(rows), copy]


def _charts(run: Run) -> list[tuple[str, str, str]]:
    """Words on the axis, key in the measurements and the coach's name of each chart, as this run's task has them."""
    spec, found = run.spec(), []
    headed, on_pairs = spec.training.head == "classification", spec.task == "preference"
    for _, words, key, chart in CHARTS:
        if key == "loss":
            words = curves.loss_axis(spec)
        elif key == "token_accuracy" and on_pairs:
            words, key = "share of pairs, the better answer preferred", "preferred"
        elif key == "token_accuracy" and headed:
            words = "share of labels chosen right"
        found.append((words, key, chart))
    return found


def _remarks(run: Run, every: int) -> str:
    """What the pictures do not show: how many steps a point stands for, answers that were cut off, an early end, smaller micro-batches, notices."""
    result = run.training() or {}
    cut = result.get(
        "cut_off_rows", run.fit().get("cut_off_rows", 0)
    )  # while it trains, what was seen before the first step
    said = [f"Each point of the training lines is the mean of {every} steps." if every > 1 else ""]
    said.append(
        f"{amounts.count(cut, 'training example')} lost {lost_part(run.spec().training)}: raise Longest example."
        if cut
        else ""
    )
    if result.get("stopped_early"):
        said.append(f"It ended early, after step {result['steps']:,}: the validation loss no longer fell.")
    if "kept_step" in result and result["kept_step"] != result["steps"]:
        said.append(f"The weights after step {result['kept_step']:,} are kept, where the validation loss was lowest.")
    for change in run.fit().get("changes", []):
        said.append(
            f"Memory was short at step {change['step']:,}: it went on with {change['to']} examples at once instead of {change['from']}, "
            "as many in each step as before."
        )
    said += run.notices()
    return " ".join(part for part in said if part)


def _about(run: Run) -> str:
    """Which run the pictures are of: the form above holds the settings of the next one."""
    spec = run.spec()
    training = spec.training
    return (
        f"Run {spec.name}: {METHODS[training.method].title}, {amounts.epochs(training.epochs)}, learning rate {training.learning_rate:g}, "
        f"batch size {training.batch_size}, from {spec.model.base}"
    )


def _measured(run: Run) -> str:
    """What the training measured as it began, or last went on: memory before its first step, time in its first steps."""
    found, state = run.fit().get("measured"), run.job("train")
    if not found or state is None or not state.total:
        return ""
    seconds = state.total * found["seconds_per_step"] if "seconds_per_step" in found else None
    return show.caption(f"Measured as it last began: {measuring.told(found, seconds)}.")


def _tiles(run: Run, metrics: list[dict[str, Any]], seconds_left: float | None) -> list[tuple[str, str, str]]:
    last = next((row for row in reversed(metrics) if row["kind"] == "train"), {})
    lowest = min((row["loss"] for row in metrics if row["kind"] == "validation"), default=None)
    best = curves.best_step(metrics)
    return [
        ("Speed", show.number(last.get("tokens_per_second"), 0), "tokens per second"),
        ("Memory", show.number(last.get("memory_gb"), 2), "GB"),
        ("Time left", amounts.duration(seconds_left) if seconds_left is not None else "–", ""),
        ("Epoch", f"{last['epoch']:.2f}" if "epoch" in last else "–", f"of {show.number(run.spec().training.epochs)}"),
        ("Lowest validation loss", show.number(lowest), f"step {best:,}" if best else ""),
    ]


def _run(workspace: Workspace, run_id: str) -> Run:
    run = selected_run(workspace, run_id)
    if run is None:
        raise FTError(
            "run.missing", "There is no run yet.", "Nothing was trained in this workspace.", "Press Start training."
        )
    return run
