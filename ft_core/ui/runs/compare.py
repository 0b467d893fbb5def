"""Step 2: two to six runs over each other: curves, the settings in which they differ, scores and cost."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.fit.cost import dollars_per_hour
from ft_core.run import Run
from ft_core.ui import show, theme
from ft_core.ui.runs import changes, frames, names
from ft_core.ui.runs.standing import standing
from ft_core.ui.shared import Shared, choose, follow
from ft_core.ui.training.curves import loss_axis
from ft_core.worker.comparison import compare_runs
from ft_core.workspace import Workspace

FEWEST, MOST = 2, len(frames.LETTERS)
SHOWN = 200  # runs in the list, the newest
COLOURS: dict[str, str] = dict(zip(frames.LETTERS, theme.RUNS, strict=True))
KINDS = {"validation": "Validation loss", "train": "Training loss"}
HINT = f"Choose {FEWEST} to {MOST} runs above, and they are drawn over each other."


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Accordion("2. Compare runs", open=False, elem_id="compare", elem_classes=["step", "fold"]):
        gr.Markdown(
            "What did the change of a setting do? The curves over each other, the settings that differ, scores and cost side by side.",
            elem_classes="quiet",
        )
        choice = gr.Dropdown([], multiselect=True, max_choices=MOST, label="Runs to compare", info=f"{FEWEST} to {MOST} of them.", elem_id="compare-runs")  # fmt: skip
        hint = gr.Markdown(HINT, elem_classes="quiet", elem_id="compare-hint")
        with gr.Column(visible=False, elem_id="compare-result") as result:
            kind = gr.Radio([(words, kind) for kind, words in KINDS.items()], value="validation", label="Curve", elem_id="compare-kind")  # fmt: skip
            legend = gr.HTML(elem_id="compare-legend")
            plot = gr.LinePlot(
                x="step", y="loss", color="run", color_map=COLOURS, x_title="step", y_title="loss", colors_in_legend=[],
                height=340, buttons=["fullscreen"], show_label=False, label="Losses of the runs", elem_id="compare-curves",
            )  # fmt: skip
            remarks = gr.Markdown(visible=False, elem_classes="quiet", elem_id="compare-remarks")
            settings = gr.Dataframe(interactive=False, wrap=True, buttons=[], label="Settings that differ", elem_id="compare-settings")  # fmt: skip
            same = gr.Markdown("They have the same settings.", visible=False, elem_classes="quiet")
            ends = gr.Dataframe(interactive=False, wrap=True, buttons=[], label="Results and cost", elem_id="compare-results", max_height=520)  # fmt: skip
            changed = changes.components()

    listed, seen = gr.State(""), gr.State("")
    listing = [shared.tab.select, shared.run_id.change]
    follow(listing, shared.quiet(offer_runs), [listed, shared.compared], [listed, choice])
    choose([choice.input], lambda chosen: chosen, [choice], [shared.compared], queue=False)
    view = [seen, hint, result, legend, plot, remarks, settings, same, ends, *changed]
    chosen = [shared.tab.select, choice.change, kind.change]
    follow(chosen, shared.quiet(watch_comparison), [seen, choice, kind], view)


def offer_runs(workspace: Workspace, listed: str, chosen: list[str] | None) -> Any:
    """The runs that can be compared, in the order (listed, choice); those that are chosen stay so."""
    runs = workspace.runs()[:SHOWN]
    titles = names.titles(runs)
    choices = [(f"{titles[run.id]} · {run.created:%d %b %H:%M} UTC", run.id) for run in runs]
    found = repr(choices)
    if found == listed:
        return gr.skip()
    return found, gr.update(choices=choices, value=[identity for identity in chosen or [] if identity in titles])


def watch_comparison(workspace: Workspace, seen: str, chosen: list[str] | None, kind: str) -> Any:
    """The comparison in the order (seen, hint, result, legend, plot, remarks, settings, same, ends, and what `changes.components` holds)."""
    runs = [workspace.run(identity) for identity in dict.fromkeys(chosen or [])][:MOST]
    found = repr((kind, [(run.fingerprint(), standing(workspace, run)) for run in runs]))
    if found == seen:
        return gr.skip()
    if len(runs) < FEWEST:
        return [found, gr.update(visible=True), gr.update(visible=False), *[gr.skip()] * 10]
    compared = compare_runs(runs, dollars_per_hour())
    titles = names.titles(runs)
    letters = frames.LETTERS[: len(runs)]
    rows = [
        [names.setting_title(key), *map(names.value, values)] for key, values in compared["differing_settings"].items()
    ]
    curves = frames.curves([run.metrics() for run in runs], "train" if kind == "train" else "validation")
    measured = set(curves.dropna()["run"])
    losses = {letter: loss_axis(names.spec_of(run)) for letter, run in zip(letters, runs, strict=True)}
    axis = losses["A"] if len(set(losses.values())) == 1 else "loss"
    remarks = _remarks(kind, [letter for letter in letters if letter not in measured], compared["runs"], losses)
    remarks += _paired(letters, compared["paired"])
    return [
        found,
        gr.update(visible=False),
        gr.update(visible=True),
        show.legend(
            [(COLOURS[letter], f"{letter}: {titles[run.id]}") for letter, run in zip(letters, runs, strict=True)]
        ),
        gr.update(value=curves, visible=bool(measured), y_title=axis),
        gr.update(value=remarks, visible=bool(remarks)),
        gr.update(value={"headers": ["Setting", *letters], "data": rows}, visible=bool(rows)),
        gr.update(visible=not rows),
        {"headers": ["", *letters], "data": _ends(workspace, runs, compared["runs"])},
        *changes.shown(runs, [titles[run.id] for run in runs]),
    ]


def _remarks(kind: str, without: list[str], rows: list[dict[str, Any]], losses: dict[str, str]) -> str:
    """What the curves and the scores do not tell by themselves."""
    said = []
    if without:
        said.append(f"{KINDS.get(kind, KINDS['validation'])} of {', '.join(without)}: not measured yet.")
    if len({row["dataset"] for row in rows}) > 1:
        said.append("They learnt from different versions of the data, so neither losses nor scores compare exactly.")
    if len(set(losses.values())) > 1:
        each = "; ".join(f"{letter}: {words}" for letter, words in losses.items())
        said.append(f"Their losses are of different kinds, so their curves do not compare. {each}.")
    return " ".join(said)


def _paired(letters: Sequence[str], found: list[dict[str, Any]]) -> str:
    """What the test examples that both answered say of each run against the first."""
    return "".join(
        f"\n\n**{letter} against {letters[0]}:** {show.plain(one['sentence'])}"
        for letter, one in zip(letters[1:], found, strict=True)
    )


def _ends(workspace: Workspace, runs: Sequence[Run], rows: list[dict[str, Any]]) -> list[list[str]]:
    """One line a measure, one column a run."""
    table = [
        ["Status", *(standing(workspace, run) for run in runs)],
        ["Lowest validation loss", *(show.number(row["best_validation_loss"]) for row in rows)],
        ["Training loss", *(show.number(row["train_loss"]) for row in rows)],
    ]
    for name in dict.fromkeys(name for row in rows for name in row["scores"]):
        table.append([f"Test: {_metric(runs, name)}", *(show.number(row["scores"].get(name)) for row in rows)])
    table += [
        ["Steps", *(_whole(row["steps"]) for row in rows)],
        ["Time", *("–" if row["seconds"] is None else amounts.duration(row["seconds"]) for row in rows)],
        ["Tokens per second", *(_whole(row["tokens_per_second"]) for row in rows)],
        ["Memory at most, GB", *(show.number(row["peak_memory_gb"], 2) for row in rows)],
    ]
    if any(row["dollars"] for row in rows):
        table.append(["Cost at this Space's price", *(amounts.dollars(row["dollars"]) for row in rows)])
    return table


def _whole(given: float | None) -> str:
    return "–" if given is None else f"{given:,.0f}"


def _metric(runs: Sequence[Run], name: str) -> str:
    """The title of a metric, from the first report that has it."""
    reports = (run.report() for run in runs)
    return next((report["metrics"][name].get("title", name) for report in reports if report and name in report["metrics"]), name)  # fmt: skip
