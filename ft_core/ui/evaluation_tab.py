"""Evaluation: is the tuned model better than the one it started from, and where does it go wrong?"""

from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.errors import FTError
from ft_core.evals import rows
from ft_core.run import Run
from ft_core.ui import frames, show, theme
from ft_core.ui.shared import TO_TOP, Shared, choose, next_button, selected_run
from ft_core.worker import launch
from ft_core.worker.launch import JobView
from ft_core.workspace import Workspace

SHOWN_ROWS = 2000
FILTERS = [
    ("All", "all"),
    ("Tuned model wrong", "tuned wrong"),
    ("Tuned model right", "tuned right"),
    ("Mended: base wrong, tuned right", "mended"),
    ("Broken: base right, tuned wrong", "broken"),
]
COLOURS = {
    frames.CONTESTANTS["base"]: theme.BASE,
    frames.CONTESTANTS["few_shot"]: theme.FEW_SHOT,
    frames.CONTESTANTS["tuned"]: theme.TUNED,
}


def build(shared: Shared) -> None:
    """Components, then events."""
    gr.Markdown(
        "The same unseen test examples are given to the base model, to the base model with a few examples in its prompt, and to your tuned model.",
        elem_classes="lead",
    )
    with gr.Column(elem_classes=["step", "empty"]) as empty:
        gr.Markdown(
            "### There is no trained model yet\n\nTrain one first; stopping early is enough to evaluate what it has learnt."
        )
        go_back = gr.Button("Go to Training", variant="primary")
    with gr.Column(elem_classes="step", visible=False) as start_step:
        gr.HTML(
            show.step(1, "Evaluate", "Takes about as long as a part of the training. You can close the page meanwhile.")
        )
        progress = gr.HTML(elem_id="evaluation-progress")
        failure = gr.Markdown(visible=False, elem_classes=["notice", "bad"], elem_id="evaluation-failure")
        with gr.Row(elem_classes="actions"):
            start = gr.Button("Evaluate", variant="primary", elem_id="evaluation-start")
            stop = gr.Button("Stop", visible=False, elem_id="evaluation-stop")
    with gr.Column(elem_classes="step", visible=False, elem_id="evaluation-result") as verdict_step:
        gr.HTML(show.step(2, "The verdict", "Decided by one metric, chosen beforehand for this kind of task."))
        verdict = gr.HTML()
        headline = gr.BarPlot(
            x="contestant", y="value", color="contestant", color_map=COLOURS, height=320, x_title="contestant", x_label_angle=-15, sort=None, buttons=[],
            show_label=False, label="The deciding metric", elem_id="evaluation-headline",
        )  # fmt: skip
        metrics = gr.Dataframe(
            label="All metrics",
            interactive=False,
            wrap=True,
            buttons=[],
            elem_id="evaluation-metrics",
            column_widths=["130px", "90px", "110px", "90px", "100px", "130px", "300px"],
        )
        with gr.Accordion("What does this mean?", open=False):
            gr.Markdown(
                "**Difference**: tuned model minus base model. **95 % interval**: with another test set of the same kind, the "
                "true difference would lie in such an interval "
                "in 95 of 100 cases; when it holds 0, the difference may be chance. **Base model with examples**: the same "
                "base model with examples written into its prompt, "
                "the cheapest alternative to training."
            )
        notes = gr.Markdown(elem_classes="quiet")
    with gr.Column(elem_classes="step", visible=False) as label_step:
        gr.HTML(
            show.step(
                3,
                "Label by label",
                "Which labels it knows, and which it takes for one another. The diagonal of the second table is what is right.",
            )
        )
        per_label = gr.Dataframe(label="How well each label is found", interactive=False, wrap=True, buttons=[])
        confusion = gr.Dataframe(
            label="What the tuned model answers, in numbers of test examples", interactive=False, wrap=True, buttons=[]
        )
        gr.Markdown(
            "**Precision**: of the answers with this label, the share that is right. **Recall**: of the examples of this "
            "label, the share that is found. **F1**: the two in one number, 1 is best.",
            elem_classes="quiet",
        )
    with gr.Column(elem_classes="step", visible=False) as answers_step:
        gr.HTML(
            show.step(
                4,
                "Read the answers",
                "Numbers hide what kind of mistakes are made. Wrong answers come first; click a row to read all of it.",
            )
        )
        with gr.Row():
            which = gr.Dropdown(FILTERS, value="all", label="Show", elem_id="evaluation-filter")
            search = gr.Textbox(
                label="Search", placeholder="words in the prompt or the answer", elem_id="evaluation-search"
            )
        answers = gr.Dataframe(
            label="Answers",
            interactive=False,
            wrap=True,
            buttons=[],
            max_height=460,
            elem_id="evaluation-answers",
            column_widths=["70px", "360px", "130px", "130px", "130px", "130px"],
            show_label=False,
        )
        chosen = gr.State([])
        with gr.Column(visible=False) as details:
            asked = gr.Textbox(label="Prompt", interactive=False, lines=2)
            with gr.Row():
                boxes = [
                    gr.Textbox(label=label, interactive=False, lines=2)
                    for label in ("Expected", *frames.CONTESTANTS.values())
                ]
    with gr.Row():
        leads_on = next_button(shared, "playground", "Playground")

    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    seen_job, seen_report = gr.State(""), gr.State("")
    watching = [seen_job, empty, start_step, progress, failure, start, stop, leads_on]
    shared.follow(watch_job, [seen_job, shared.run_id], watching)
    reported = [
        seen_report,
        verdict_step,
        verdict,
        headline,
        metrics,
        notes,
        label_step,
        per_label,
        confusion,
        answers_step,
        answers,
        chosen,
        details,
    ]
    shared.follow(watch_report, [seen_report, shared.run_id, which, search], reported)
    go_back.click(lambda: gr.Tabs(selected="training"), None, shared.tabs, js=TO_TOP, **quick)
    for event in (
        start.click(
            shared.private(start_evaluation),
            [shared.run_id],
            None,
            api_visibility="private",
            concurrency_id="start",
            concurrency_limit=1,
        ),
        stop.click(shared.private(stop_evaluation), [shared.run_id], None, **quick),
    ):
        event.success(shared.quiet(watch_job), [seen_job, shared.run_id], watching, **quick)
    filtered = [shared.run_id, which, search]
    choose(
        [which.change, search.change], shared.private(filter_answers), filtered, [answers, chosen, details], queue=False
    )
    choose([answers.select], show_answer, [chosen], [details, asked, *boxes], queue=False)


def start_evaluation(workspace: Workspace, run_id: str) -> None:
    """Queue the evaluation of the selected run. Raises FTError `evaluation.no_adapter`."""
    run = selected_run(workspace, run_id)
    if run is None or not run.is_trained:
        raise FTError(
            "evaluation.no_adapter",
            "There is nothing to evaluate yet.",
            "The run has no trained model.",
            "Press Start training in the Training tab first.",
        )
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
    found = f"{run and run.id} {ready} {training} {view}"
    if found == seen:
        return gr.skip()
    at_work = view.status in ("queued", "running", "stopping")
    done = view.status == "done"
    words = {"none": "Evaluate", "done": "Evaluate again"}.get(view.status, "Evaluate")
    return [
        found,
        gr.update(visible=not ready),
        gr.update(visible=ready),
        show.progress(view, "answer") if view.status != "none" else "",
        gr.update(value=show.problem(view.error) if view.error else "", visible=view.status == "failed"),
        gr.update(value=words, interactive=not (at_work or training), variant="secondary" if done else "primary"),
        gr.update(visible=view.status in ("queued", "running")),
        gr.update(visible=done, variant="primary" if done else "secondary"),
    ]


def watch_report(workspace: Workspace, seen: str, run_id: str, which: str, search: str) -> Any:
    """The report, in the order of `reported`. Left as it is while the run's files are."""
    run = selected_run(workspace, run_id)
    report = run.report() if run else None
    found = f"{run and run.id} {report and report['seconds']} {report and report['verdict']}"
    if found == seen:
        return gr.skip()
    if run is None or report is None:
        hidden = gr.update(visible=False)
        return [found, hidden, "", None, None, "", hidden, None, None, hidden, None, [], hidden]
    decided, bars = report["metrics"][report["headline"]], frames.headline(report)
    labels = bool(report["per_label"])
    return [
        found,
        gr.update(visible=True),
        show.verdict(report["verdict"]["result"], report["verdict"]["sentence"], _more(report)),
        gr.update(
            value=bars,
            y="value",
            y_lim=[0, 1 if decided["better"] == "higher" else 1.1 * max(bars["value"])],
            y_title=f"{decided['title'].lower()} ({decided['better']} is better)",
            title=f"{decided['title']} on {report['n']:,} test examples",
        ),
        frames.metrics(report, amounts.score),
        "\n".join(f"- {show.plain(note)}" for note in report.get("notes", [])),
        gr.update(visible=labels),
        frames.per_label(report, amounts.score) if labels else None,
        frames.confusion(report) if labels else None,
        gr.update(visible=bool(rows.read_answers(run))),
        *filter_answers(workspace, run.id, which, search),
    ]


def filter_answers(workspace: Workspace, run_id: str, which: Any, search: str) -> list[Any]:
    """The answers table, its rows for the click, and the details closed."""
    found = _answers(selected_run(workspace, run_id), which, search)
    return [frames.answers_table(found), found, gr.update(visible=False)]


def show_answer(chosen: list[dict[str, Any]], event: gr.SelectData) -> list[Any]:
    """One test example in full."""
    index = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
    if not 0 <= index < len(chosen):
        return [gr.update(visible=False), *[""] * 5]
    row = chosen[index]
    written = [_in_full(row.get(name), row.get(f"{name}_written")) for name in frames.CONTESTANTS]
    return [gr.update(visible=True), row["prompt"], row["expected"], *written]


def _in_full(scored: str | None, written: str | None) -> str:
    """What a contestant wrote, and the label that was scored where that is another text."""
    if written is None:
        return "–"
    return written if scored in (None, written) else f"Likeliest label (scored): {scored}\nWrote by itself: {written}"


def _answers(run: Run | None, which: Any, search: str) -> list[dict[str, Any]]:
    if run is None:
        return []
    found = rows.wrong_first(rows.chosen(rows.read_answers(run), which))
    return (rows.searched(found, search.strip()) if search and search.strip() else found)[:SHOWN_ROWS]


def _more(report: dict[str, Any]) -> str:
    speed = report["contestants"]["tuned"]["tokens_per_second"]
    pace = "" if speed is None else f" The tuned model writes {speed:,.0f} tokens per second here."
    return (
        f"Measured on {report['n']:,} test examples that were never trained on, in {amounts.duration(report['seconds'])}. "
        f"Answers: {report['decoding']}.{pace}"
    )
