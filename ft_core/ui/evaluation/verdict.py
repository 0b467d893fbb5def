"""Steps 2 and 3: the verdict with all scores, and label by label; the report to take along."""

from pathlib import Path
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.run import Run
from ft_core.ui import frames, show, theme, uploads
from ft_core.ui.shared import Shared, selected_run
from ft_core.workspace import Workspace

COLOURS = {
    frames.CONTESTANTS["base"]: theme.BASE,
    frames.CONTESTANTS["few_shot"]: theme.FEW_SHOT,
    frames.CONTESTANTS["tuned"]: theme.TUNED,
}
PAGES = ("report.html", "report.md", "report.json")


def build(shared: Shared) -> None:
    """Components, then events."""
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
            column_widths=["115px", "70px", "105px", "70px", "100px", "115px", "80px", "300px"],
        )
        with gr.Accordion("What does this mean?", open=False):
            gr.Markdown(
                "**Difference**: tuned model minus base model. **95 % interval**: with another test set of the same kind, the "
                "true difference would lie in such an interval "
                "in 95 of 100 cases; when it holds 0, the difference may be chance. **Base model with examples**: the same "
                "base model with examples written into its prompt, the cheapest alternative to training; of several ways to choose them the "
                "best on validation examples. **Tuned model is**: better or worse only where chance is ruled out. Of many metrics one "
                "differs by chance, so all but the deciding one must pass a stricter test together (Holm)."
            )
        notes = gr.Markdown(elem_classes="quiet")
        with gr.Row(elem_classes="actions"):
            pages = [
                gr.DownloadButton(
                    f"Download {name}", size="sm", visible=False, elem_id=f"evaluation-{name.replace('.', '-')}"
                )
                for name in PAGES
            ]
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

    seen = gr.State("")
    view = [seen, verdict_step, verdict, headline, metrics, notes, *pages, label_step, per_label, confusion]
    shared.follow(watch_report, [seen, shared.run_id], view)


def watch_report(workspace: Workspace, seen: str, run_id: str) -> Any:
    """The report, in the order of `view`. Left as it is while the run's files are."""
    run = selected_run(workspace, run_id)
    report = run.report() if run else None
    found = f"{run and run.id} {report and (report['seconds'], report['verdict'], report.get('judging'))}"
    if found == seen:
        return gr.skip()
    hidden = gr.update(visible=False)
    if run is None or report is None:
        return [found, hidden, "", None, None, "", *[hidden] * len(PAGES), hidden, None, None]
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
        *(_page(run, run.evaluation / name) for name in PAGES),
        gr.update(visible=labels),
        frames.per_label(report, amounts.score) if labels else None,
        frames.confusion(report) if labels else None,
    ]


def _page(run: Run, path: Path) -> Any:
    return (
        gr.update(value=uploads.download_result(run, path), visible=True)
        if path.is_file()
        else gr.update(visible=False)
    )


def _more(report: dict[str, Any]) -> str:
    speed = report["contestants"]["tuned"]["tokens_per_second"]
    pace = "" if speed is None else f" The tuned model writes {speed:,.0f} tokens per second here."
    return (
        f"Measured on {report['n']:,} test examples that were never trained on, in {amounts.duration(report['seconds'])}. "
        f"Answers: {report['decoding']}.{pace}"
    )
