"""Step 5: what the training has cost elsewhere. General answers it was not trained on, other forms, a weaker adapter."""

from typing import Any

import gradio as gr
import pandas

from ft_core.ui import show, theme
from ft_core.ui.shared import Shared, selected_run
from ft_core.workspace import Workspace

LINES = {"general answers": theme.BASE, "the task": theme.TUNED}


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step", visible=False, elem_id="evaluation-forgetting") as step:
        gr.HTML(
            show.step(
                5,
                "What it has cost elsewhere",
                "A model that learns one thing can forget others, and can begin to answer everything in one voice.",
            )
        )
        words = gr.HTML()
        benchmarks = gr.Dataframe(
            label="Benchmarks", interactive=False, wrap=True, buttons=[], visible=False, column_widths=["150px", "90px", "90px", "90px", "90px", "400px"],
            elem_id="evaluation-benchmark-scores",
        )  # fmt: skip
        with gr.Row(elem_classes="charts"):
            kinds = gr.BarPlot(
                x="kind", y="change", x_title="kind of question", y_title="tuned - base, loss (nats per token)", x_label_angle=-30,
                title="Change on general answers", height=320, sort=None, buttons=[], visible=False, show_label=False,
                label="Change of the loss of general answers by kind", elem_id="evaluation-general",
            )  # fmt: skip
            strength = gr.LinePlot(
                x="strength", y="loss", color="of", color_map=LINES, x_title="strength of the adapter", y_title="loss (nats per token)", x_lim=[0, 1],
                title="What a weaker adapter would keep", height=320, buttons=[], visible=False, show_label=False,
                label="Loss by the strength of the adapter", elem_id="evaluation-strength",
            )  # fmt: skip
        with gr.Accordion("Questions in other forms", open=False, visible=False) as other:
            forms = gr.Dataframe(
                label="What was asked, and what was answered", show_label=False, interactive=False, wrap=True, buttons=[], max_height=460,
                column_widths=["140px", "260px", "260px", "260px"], elem_id="evaluation-forms",
            )  # fmt: skip
        notes = gr.Markdown(elem_classes="quiet")
    seen = gr.State("")
    shared.follow(
        watch_forgetting, [seen, shared.run_id], [seen, step, words, benchmarks, kinds, strength, other, forms, notes]
    )


def watch_forgetting(workspace: Workspace, seen: str, run_id: str) -> Any:
    """The section of the report, in the order (seen, step, words, benchmarks, kinds, strength, other, forms, notes)."""
    run = selected_run(workspace, run_id)
    report = run.report() if run else None
    found = f"{run and run.id} {report and report['seconds']} {report and report['verdict']}"
    if found == seen:
        return gr.skip()
    hidden, section = gr.update(visible=False), (report or {}).get("forgetting")
    asked = ((report or {}).get("benchmarks") or {}).get("benchmarks", {})
    scores = gr.update(value=_benchmarks(asked), visible=bool(asked))
    if section is None or not section["measured"]:
        reason = show.caption(section["reason"]) if section else ""
        return [found, gr.update(visible=bool(section or asked)), reason, scores, hidden, hidden, hidden, None, ""]
    kinds = _kinds(section["probes"]["kinds"])
    verdicts, scales = section["verdicts"], (section["strength"] or {}).get("rows", [])
    rows = ((section["style"] or {}).get("formats") or {}).get("rows", [])
    return [
        found,
        gr.update(visible=True),
        "".join(show.cost(one["result"], title, one["sentence"], one["advice"]) for title, one in _titled(verdicts)),
        scores,
        gr.update(
            value=kinds, y_lim=[1.1 * min(0.0, *kinds["change"]), 1.1 * max(0.0, *kinds["change"]) or 1], visible=True
        ),
        gr.update(value=_strength(scales), visible=bool(scales)),
        gr.update(visible=bool(rows)),
        _forms(rows),
        "\n".join(f"- {show.plain(note)}" for note in section["notes"]),
    ]


def _benchmarks(asked: dict[str, Any]) -> pandas.DataFrame:
    table = [
        [
            one["title"],
            f"{one['n']:,}",
            *(show.number(one[key]) for key in ("chance", "base", "tuned")),
            one["sentence"],
        ]
        for one in asked.values()
    ]
    return pandas.DataFrame(table, columns=["Benchmark", "Questions", "By guessing", "Base", "Tuned", "What it says"])


def _titled(verdicts: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    titles = {
        "forgetting": ("It has forgotten", "Nothing forgotten that these questions show"),
        "style": ("It answers in one voice", "It still answers in several voices"),
    }
    called = {"forgetting": "forgetting", "style": "locked_in"}
    return [(titles[name][0 if one[called[name]] else 1], one) for name, one in verdicts.items()]


def _kinds(kinds: list[dict[str, Any]]) -> pandas.DataFrame:
    return pandas.DataFrame(
        [(one["kind"].replace("_", " "), one["difference"]) for one in kinds], columns=["kind", "change"]
    )


def _strength(rows: list[dict[str, Any]]) -> pandas.DataFrame:
    general, task = LINES
    table = [(one["scale"], general, one["loss"]) for one in rows]
    table += [(one["scale"], task, one["task_loss"]) for one in rows if one["task_loss"] is not None]
    return pandas.DataFrame(table, columns=["strength", "of", "loss"])


def _forms(rows: list[dict[str, Any]]) -> pandas.DataFrame:
    marks = {True: "✓ ", False: "✗ "}
    table = [
        [one["form"], one["prompt"], *(marks[one[f"{who}_follows"]] + one[who] for who in ("base", "tuned"))]
        for one in rows
    ]
    return pandas.DataFrame(table, columns=["Form", "Asked", "Base model", "Tuned model"])
