"""A search for good settings while it goes on and after it: the trials, the best settings, and which settings matter."""

from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.errors import FTError
from ft_core.pipeline.runs import changed_project, duplicate
from ft_core.run import Run
from ft_core.ui import show, theme
from ft_core.ui.begin import just_made
from ft_core.ui.runs import frames, names
from ft_core.ui.runs.study import required_study, shown_study, standing_of
from ft_core.ui.shared import QUIET, Shared
from ft_core.ui.training.curves import loss_axis
from ft_core.worker import launch
from ft_core.worker.children import validation_losses
from ft_core.workspace import Workspace

COLOURS = {"finished": theme.TUNED, "ended early": theme.BASE}
ENDED = {"done": "Finished", "pruned": "Ended early: worse than the others", "failed": "Failed"}
DRAWN = ("learning_rate", "lora_rank", "epochs", "batch_size")  # each has a chart; the table and the shares have all
START, RESUME = "Start this search", "Go on with the search"
AXES = {name: names.training_title(name) for name in DRAWN}
AXES["learning_rate"] = "power of ten of the learning rate: -3 is 0.001"


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(visible=False, elem_classes="card", elem_id="sweep-result") as result:
        title = gr.Markdown(elem_id="sweep-title")
        progress = gr.HTML(elem_id="sweep-progress")
        failure = gr.Markdown(visible=False, elem_classes=["notice", "bad"])
        with gr.Row(elem_classes="actions"):
            stop = gr.Button("Stop the search (keeps the work)", visible=False, elem_id="sweep-stop")
            resume = gr.Button(RESUME, visible=False, elem_id="sweep-resume")
        best = gr.HTML(elem_id="sweep-best")
        with gr.Row(elem_classes="actions"):
            use = gr.Button("Train with the best settings", visible=False, elem_id="sweep-use")
        table = gr.Dataframe(interactive=False, wrap=True, buttons=[], label="Trials, the best first", visible=False, max_height=360, elem_id="sweep-trials-table")  # fmt: skip
        with gr.Row(elem_classes="charts"):
            plots = [
                gr.ScatterPlot(
                    x="setting", y="loss", color="trial", color_map=COLOURS, x_title=AXES[name], y_title="validation loss",
                    title=names.training_title(name), x_axis_format="~g" if name == "learning_rate" else None, height=280, buttons=[], visible=False, show_label=False, min_width=280,
                    label=f"Validation loss by {names.training_title(name)}", elem_id=f"sweep-plot-{name.replace('_', '-')}",
                )
                for name in DRAWN
            ]  # fmt: skip
        matters = gr.BarPlot(
            x="setting", y="share", x_title="setting", y_title="share of the difference", title="Which setting matters", height=280, sort="-y",
            buttons=[], visible=False, show_label=False, label="How much each setting matters", elem_id="sweep-importances",
        )  # fmt: skip
        remark = gr.Markdown(elem_classes="quiet", elem_id="sweep-remark")

    shown, seen_job, seen_result = gr.State(""), gr.State(""), gr.State("")
    quick: dict[str, Any] = {"queue": False, **QUIET}
    watching = [seen_job, shown, result, title, progress, failure, stop, resume]
    shared.follow(watch_sweep, [seen_job, shared.run_id], watching)
    view = [seen_result, best, use, table, *plots, matters, remark]
    shared.follow(watch_trials, [seen_result, shared.run_id], view)
    for event in (
        stop.click(shared.private(stop_sweep), [shown], None, **quick),
        resume.click(shared.private(resume_sweep), [shown], None, **quick),
    ):
        event.success(shared.quiet(watch_sweep), [seen_job, shared.run_id], watching, **quick)
    use.click(
        shared.private(use_best),
        [shown],
        [shared.run_id],
        api_visibility="private",
        concurrency_id="start",
        concurrency_limit=1,
    )


def watch_sweep(workspace: Workspace, seen: str, run_id: str) -> Any:
    """How the search stands, in the order (seen, shown, result, title, progress, failure, stop, resume)."""
    run = shown_study(workspace, run_id, "sweep")
    view = launch.view(workspace, run, "sweep") if run else None
    found = f"{run and run.id} {view}"
    if found == seen:
        return gr.skip()
    if run is None or view is None:
        return [found, "", gr.update(visible=False), *[gr.skip()] * 5]
    name = show.plain(names.titles(workspace.runs())[run.id])
    return [found, run.id, gr.update(visible=True), f"**Search {name}**", *standing_of(view, "trial", START, RESUME)]


def watch_trials(workspace: Workspace, seen: str, run_id: str) -> Any:
    """What the trials led to, in the order (seen, best, use, table, plots, importances, remark)."""
    run = shown_study(workspace, run_id, "sweep")
    result = (run.sweep() if run else None) or {"trials": [], "best": None, "importances": None, "wanted": 0}
    running = _at_work(workspace, run, result) if run else []
    found = repr((run and run.id, result["trials"], result["best"], result["importances"], running))
    if found == seen:
        return gr.skip()
    swept = list(run.spec().sweep.settings) if run and run.spec().sweep else []  # type: ignore[union-attr]
    rows = result["trials"]
    charts = {name: frames.trials(rows, name) for name in DRAWN if name in swept}
    hidden = gr.update(visible=False)
    matters = result["importances"]
    axis = f"validation {loss_axis(run.spec())}" if run else ""
    return [
        found,
        _best(result),
        gr.update(visible=result["best"] is not None),
        gr.update(value=_table(rows, running, swept), visible=bool(rows or running)),
        *(
            gr.update(value=charts[name], visible=True, y_title=axis) if len(charts.get(name, [])) else hidden
            for name in DRAWN
        ),
        gr.update(value=frames.importances(matters, {name: names.training_title(name) for name in matters}), visible=True) if matters else hidden,
        _remark(result),
    ]  # fmt: skip


def stop_sweep(workspace: Workspace, shown: str) -> None:
    """Ask the search to stop: the trials that have ended are kept."""
    launch.stop(workspace, required_study(workspace, shown), "sweep")


def resume_sweep(workspace: Workspace, shown: str) -> None:
    """Let the search go on where it was."""
    launch.enqueue(workspace, required_study(workspace, shown), "sweep")


def use_best(workspace: Workspace, shown: str) -> str:
    """A new run with the settings of the best trial, in the queue; its id. Raises FTError `sweep.no_best`."""
    best = (required_study(workspace, shown).sweep() or {}).get("best")
    if not best:
        raise FTError(
            "sweep.no_best",
            "There are no best settings yet.",
            "No trial has been trained to its end.",
            "Wait for the first trial, or press Go on with the search.",
        )
    trial = workspace.run(best["run"])
    with workspace.starting():
        if latest := just_made(workspace, changed_project(workspace, trial, {}), trial.data()["dataset"]):
            return latest.id
        new = duplicate(workspace, trial, {})
    launch.enqueue(workspace, new, "train")
    return new.id


def _at_work(workspace: Workspace, run: Run, result: dict[str, Any]) -> list[tuple[str, Any, float | None]]:
    """The trials that have begun and not ended: number, settings, lowest validation loss so far."""
    ended = {str(row["number"]) for row in result["trials"]}
    running = launch.view(workspace, run, "sweep").status in ("running", "stopping")
    return [
        (one.folder.name, one.spec().training, min(validation_losses(one), default=None))
        for one in (run.trials() if running else [])
        if one.folder.name not in ended
    ]


def _table(
    rows: list[dict[str, Any]], running: list[tuple[str, Any, float | None]], swept: list[str]
) -> dict[str, Any]:
    """All trials: those at work, then those that ended from the best to the worst."""
    table = [
        [number, *(names.value(getattr(training, name)) for name in swept), show.number(loss), "At work", "–"]
        for number, training, loss in running
    ]  # fmt: skip
    for row in sorted(rows, key=lambda row: (row["status"] != "done", row["value"] is None, row["value"])):
        reason = f": {row['reason']}" if row["reason"] else ""
        spent = "–" if row["seconds"] is None else amounts.duration(row["seconds"])
        settings = (names.value(row["settings"].get(name)) for name in swept)
        table.append([str(row["number"]), *settings, show.number(row["value"]), ENDED[row["status"]] + reason, spent])
    return {"headers": ["Trial", *map(names.training_title, swept), "Validation loss", "Status", "Time"], "data": table}


def _best(result: dict[str, Any]) -> str:
    best = result["best"]
    if not best:
        return ""
    title = f"Best of {amounts.count(len(result['trials']), 'trial')}: validation loss {show.number(best['value'])}"
    return show.caption(title) + show.tiles([(names.training_title(name), names.value(one), "") for name, one in best["settings"].items()])  # fmt: skip


def _remark(result: dict[str, Any]) -> str:
    """How far the numbers can be trusted."""
    done = sum(row["status"] == "done" for row in result["trials"])
    if not result["trials"]:
        return ""
    if result["importances"] is None:
        return "Which setting matters most cannot be told yet: there are too few finished trials, or a single setting."
    return f"Which setting matters is a rough guide after {amounts.count(done, 'finished trial')}."
