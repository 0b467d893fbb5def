"""Training: the settings, the start, and watching the loss fall."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import gradio as gr

from ft_core import amounts, catalog, download, pipeline
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.fit import plan_steps
from ft_core.hardware import on_space
from ft_core.run import Run
from ft_core.settings.methods import METHODS, used_by
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import fields, frames, show, theme, uploads
from ft_core.ui.shared import TO_TOP, Shared, follow, next_button, selected_run
from ft_core.worker import launch
from ft_core.worker.launch import JobView
from ft_core.workspace import Workspace

# With the base model these are the eight that matter; the others are under Advanced.
MAIN = ("epochs", "learning_rate", "batch_size", "lora_rank", "max_length", "evaluations", "seed")
ADVANCED = tuple(name for name in TrainSpec.model_fields if name not in MAIN)
CURVE: dict[str, Any] = {
    "x": "step",
    "y": "value",
    "color": "series",
    "x_title": "step",
    "color_title": "data",
    "height": 300,
    "buttons": ["fullscreen"],
    "show_label": False,
}

# A second press within this time is the same press: two runs would wait for each other.
DOUBLE_CLICK_SECONDS = 3


def build(shared: Shared) -> None:
    """Components, then events."""
    gr.Markdown(
        "The base model stays as it is; a small adapter beside it learns from your examples. You can close this page meanwhile: the work goes on.",
        elem_classes="lead",
    )
    with gr.Column(elem_classes=["step", "empty"]) as empty:
        gr.Markdown(
            "### There is no dataset yet\n\nPrepare your own in the Data tab, or take the example and start at once."
        )
        with gr.Row(elem_classes="actions"):
            example = gr.Button("Use the example", variant="primary", elem_id="training-use-example")
            go_back = gr.Button("Go to Data")
    with gr.Column(elem_classes="step", visible=False) as settings_step:
        gr.HTML(
            show.step(
                1,
                "Settings of a new run",
                "The defaults are a good first try. Change one at a time, so that you see what it does.",
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
        with gr.Row():
            main = fields.inputs(TrainSpec, MAIN[:4], "training")
        with gr.Row():
            main += fields.inputs(TrainSpec, MAIN[4:], "training")
        with gr.Accordion("Advanced", open=False):
            with gr.Row():
                advanced = fields.inputs(TrainSpec, ADVANCED[:4], "training")
            with gr.Row():
                advanced += fields.inputs(TrainSpec, ADVANCED[4:], "training")
        estimate = gr.Markdown(elem_id="training-estimate")
        with gr.Row(elem_classes="actions"):
            start = gr.Button("Start training", variant="primary", elem_id="training-start")

    with gr.Column(elem_classes="step", visible=False) as watch_step:
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
            stop = gr.Button("Stop (keeps the work)", visible=False, elem_id="training-stop")
            resume = gr.Button("Resume", visible=False, elem_id="training-resume")
            project = gr.DownloadButton("Download project.yaml", visible=False, elem_id="training-project")
        tiles = gr.HTML(elem_id="training-tiles")
        with gr.Row():
            colours = {"training": theme.TRAINING, "validation": theme.VALIDATION}
            loss = gr.LinePlot(
                title="Loss",
                y_title="loss (nats per token)",
                color_map=colours,
                elem_id="training-loss",
                label="Loss",
                **CURVE,
            )
            accuracy = gr.LinePlot(
                title="Token accuracy",
                y_title="share of tokens guessed right",
                color_map=colours,
                elem_id="training-accuracy",
                label="Token accuracy",
                **CURVE,
            )
        with gr.Accordion("What does this mean?", open=False):
            gr.Markdown(
                "**Loss**: how surprised the model is by the right answer, in nats per token; 0 is no surprise, 0.69 is a coin toss. "
                "**Token accuracy**: how often its first guess for the next token of an answer is right. **Step**: one "
                "correction of the adapter, from one batch of examples. "
                "**Epoch**: every training example seen once.\n\n"
                "Both lines fall: it learns. Training falls while validation rises: it begins to learn by heart; fewer epochs or more examples help."
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
        with gr.Accordion("Sample answers at every evaluation", open=False):
            all_samples = gr.Dataframe(
                interactive=False, wrap=True, buttons=[], show_label=False, label="Sample answers", max_height=420
            )
    with gr.Row():
        leads_on = next_button(shared, "evaluation", "Evaluation")

    values = [base, *main, *advanced]
    seen_dataset, seen_job, seen_results = gr.State(""), gr.State(""), gr.State("")
    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    follow(
        [shared.tab.select, shared.dataset_id.change],
        shared.quiet(show_settings),
        [seen_dataset, shared.dataset_id],
        [seen_dataset, empty, settings_step, name],
    )
    gr.on(
        [shared.page.load, shared.dataset_id.change, *(value.change for value in values)],
        shared.quiet(show_estimate),
        [shared.dataset_id, *values],
        [estimate],
        **quick,
    )
    watching = [seen_job, watch_step, progress, failure, log_part, log, stop, resume, start, leads_on]
    shared.follow(watch_job, [seen_job, shared.run_id], watching, changes=[shared.run_id])
    results = [seen_results, tiles, loss, accuracy, remarks, samples, all_samples, project]
    shared.follow(watch_results, [seen_results, shared.run_id], results, changes=[shared.run_id])

    example.click(shared.private(use_example), None, [shared.dataset_id], api_visibility="private")
    go_back.click(lambda: gr.Tabs(selected="data"), None, shared.tabs, js=TO_TOP, **quick)
    begun = start.click(
        shared.private(start_training),
        [shared.dataset_id, name, *values],
        [shared.run_id],
        api_visibility="private",
        concurrency_id="start",
        concurrency_limit=1,
    )
    for event in (
        begun,
        stop.click(shared.private(stop_training), [shared.run_id], None, **quick),
        resume.click(shared.private(resume_training), [shared.run_id], None, **quick),
    ):
        event.success(shared.quiet(watch_job), [seen_job, shared.run_id], watching, **quick)


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


def show_estimate(workspace: Workspace, dataset_id: str, base: str, *values: Any) -> str:
    """How much work these settings are, in words; what is wrong with them while they cannot be used."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        return ""
    try:
        base, spec = _model(base).base, _training(values)
    except FTError as error:
        return show.problem(error)
    steps = plan_steps(spec, dataset.counts["train"])
    per_epoch = amounts.count(dataset.counts["train"], "training example")
    times = "once" if spec.epochs == 1 else f"{show.number(spec.epochs)} times"
    words = f"**{amounts.count(steps, 'step')}**: {per_epoch}, {spec.batch_size} a step, seen {times}."
    lengths = _lengths(dataset, base)
    cut = sum(length > spec.max_length for length in lengths)
    if cut:
        words += (
            f"\n\n**{cut:,} of {amounts.count(len(lengths), 'example')} are longer than {spec.max_length:,} tokens and lose the end of "
            f"their answer.** Raise Longest example to {max(lengths):,} to keep them whole; that takes more memory and time."
        )
    good_for = next((model.good_for for model in catalog.suggestions() if model.id == base), "")
    return f"{words}\n\n{good_for}"


def _lengths(dataset: Dataset, base: str) -> tuple[int, ...]:
    """Tokens of each training example; none for a base model that is not on this machine yet or cannot be read."""
    try:
        return _counted(dataset, base)
    except FTError:
        return ()  # said when the training is started


@lru_cache(maxsize=32)  # asked again at every change of a setting, and a dataset never changes
def _counted(dataset: Dataset, base: str) -> tuple[int, ...]:
    """The same. Raises FTError for what has none, so that it is looked for again: a training downloads its base model."""
    tokenizer = pipeline.base_tokenizer(base, plain=dataset.task == "text")
    if tokenizer is None:
        raise download.missing(base, "It is not on this machine yet.")
    return tuple(tokenizer.lengths(dataset.examples("train")).tolist())


def start_training(workspace: Workspace, dataset_id: str, name: str, base: str, *values: Any) -> str:
    """Create a run and queue it; its id. Raises FTError `data.missing`, `settings.invalid` or `model.missing`."""
    dataset = uploads.selected_dataset(workspace, dataset_id)
    if dataset is None:
        raise FTError(
            "data.missing",
            "There is no dataset yet.",
            "Training needs examples.",
            "Prepare a dataset in the Data tab, or press Use the example.",
        )
    project = uploads.project_of(workspace, dataset)
    named = fields.collect(ProjectSpec, ("name", "data"), (name, project.data))
    spec = project.model_copy(update={"name": named.name, "model": _model(base), "training": _training(values)})
    for latest in workspace.runs()[:1]:
        if (datetime.now(UTC) - latest.created).total_seconds() < DOUBLE_CLICK_SECONDS:
            return latest.id
    run = pipeline.create_run(workspace, spec, dataset)
    launch.enqueue(workspace, run, "train")
    return run.id


def stop_training(workspace: Workspace, run_id: str) -> None:
    """Ask the training to stop and keep its work."""
    launch.stop(workspace, _run(workspace, run_id), "train")


def resume_training(workspace: Workspace, run_id: str) -> None:
    """Let a stopped, interrupted or failed training go on from its last checkpoint."""
    launch.resume(workspace, _run(workspace, run_id))


def watch_job(workspace: Workspace, seen: str, run_id: str) -> Any:
    """How the training stands, in the order of `watching`."""
    run = selected_run(workspace, run_id)
    view = launch.view(workspace, run, "train") if run else JobView("none")
    found = f"{run and run.id} {view}"
    if found == seen:
        return gr.skip()
    if run is None or view.status == "none":
        return [
            found,
            gr.update(visible=False),
            "",
            *[gr.update(visible=False)] * 2,
            "",
            *[gr.update(visible=False)] * 2,
            gr.update(variant="primary"),
            gr.update(visible=False),
        ]
    failed = view.status == "failed"
    done = run.is_trained and view.status in ("done", "stopped")
    can_resume = view.status in ("stopped", "paused", "interrupted", "failed")
    return [
        found,
        gr.update(visible=True),
        show.progress(view),
        gr.update(value=show.problem(view.error) if view.error else "", visible=failed),
        gr.update(visible=failed or view.status == "interrupted"),
        run.log_tail(60) if failed or view.status == "interrupted" else "",
        gr.update(visible=view.status in ("queued", "running"), variant="secondary"),
        gr.update(visible=can_resume, variant="primary" if can_resume and not done else "secondary"),
        gr.update(variant="secondary"),
        gr.update(visible=done, variant="primary" if done else "secondary"),
    ]


def watch_results(workspace: Workspace, seen: str, run_id: str) -> Any:
    """Tiles, curves and sample answers of the run, in the order of `results`. Left as they are while the run's files are."""
    run = selected_run(workspace, run_id)
    found = run.fingerprint() if run else "none"
    if found == seen.partition("\n")[0]:
        return gr.skip()
    if run is None:
        return [found, "", None, None, "", None, None, gr.update(visible=False)]
    metrics, rows = run.metrics(), run.samples()
    every = frames.stretch(metrics)
    found = f"{found}\n{run.id} {len(rows)}"
    tables = [
        frames.samples(rows),
        frames.samples_over_time(rows),
        gr.update(value=uploads.download_copy(run), visible=True),
    ]
    if seen.partition("\n")[2] == found.partition("\n")[2]:
        tables = [gr.skip(), gr.skip(), gr.skip()]  # a browser draws a table as slowly as a chart
    return [
        found,
        show.caption(_about(run)) + show.tiles(_tiles(run, metrics, launch.view(workspace, run, "train").seconds_left)),
        frames.curve(metrics, "loss"),
        frames.curve(metrics, "token_accuracy"),
        _remarks(run, every),
        *tables,
    ]


def _remarks(run: Run, every: int) -> str:
    """What the pictures do not show: how many steps a point stands for, and answers that were cut off."""
    cut = (run.training() or {}).get("cut_off_rows", 0)
    points = f"Each point of the training lines is the mean of {every} steps." if every > 1 else ""
    lost = f"{amounts.count(cut, 'training example')} lost the end of the answer: raise Longest example." if cut else ""
    return " ".join(part for part in (points, lost) if part)


def _about(run: Run) -> str:
    """Which run the pictures are of: the form above holds the settings of the next one."""
    spec = run.spec()
    training = spec.training
    epochs = (
        amounts.count(int(training.epochs), "epoch")
        if training.epochs == int(training.epochs)
        else f"{training.epochs} epochs"
    )
    return (
        f"Run {spec.name}: {epochs}, learning rate {training.learning_rate:g}, batch size {training.batch_size}, "
        f"LoRA rank {training.lora_rank}, from {spec.model.base}"
    )


def _tiles(run: Run, metrics: list[dict[str, Any]], seconds_left: float | None) -> list[tuple[str, str, str]]:
    last = next((row for row in reversed(metrics) if row["kind"] == "train"), {})
    best = min((row["loss"] for row in metrics if row["kind"] == "validation"), default=None)
    return [
        ("Speed", show.number(last.get("tokens_per_second"), 0), "tokens per second"),
        ("Memory", show.number(last.get("memory_gb"), 2), "GB"),
        ("Learning rate", show.number(last.get("learning_rate"), 5), ""),
        ("Time left", amounts.duration(seconds_left) if seconds_left is not None else "–", ""),
        ("Epoch", f"{last['epoch']:.2f}" if "epoch" in last else "–", f"of {show.number(run.spec().training.epochs)}"),
        ("Lowest validation loss", show.number(best), "nats per token"),
    ]


def _model(base: str) -> ModelSpec:
    """The chosen base model. Raises FTError `settings.invalid`, or `model.missing` for one that a Space does not offer."""
    if on_space() and base not in [model.id for model in catalog.suggestions()]:
        raise FTError(
            "model.missing",
            f"{base} is not one of the suggested models.",
            "On a Space only those are offered.",
            "Choose another Base model.",
        )
    return fields.collect(ModelSpec, ("base",), (base,))


def _training(values: tuple[Any, ...]) -> TrainSpec:
    """The settings in the form that the chosen method has; the others are left alone."""
    given = dict(zip(MAIN + ADVANCED, values, strict=True))
    method = given["method"] if given["method"] in METHODS else "qlora"
    names = tuple(name for name in given if used_by(method, name))
    return fields.collect(TrainSpec, names, [given[name] for name in names])


def _run(workspace: Workspace, run_id: str) -> Run:
    run = selected_run(workspace, run_id)
    if run is None:
        raise FTError(
            "run.missing", "There is no run yet.", "Nothing was trained in this workspace.", "Press Start training."
        )
    return run
