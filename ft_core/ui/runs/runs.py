"""Step 1: all runs; one of them selected, with its notes and a copy of it that differs in one setting. What waits is in `waiting`."""

from functools import lru_cache
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.errors import FTError
from ft_core.pipeline.runs import changed_project, duplicate
from ft_core.run import Run
from ft_core.settings.methods import METHODS
from ft_core.settings.train import TrainSpec
from ft_core.ui import fields, show
from ft_core.ui.begin import just_made
from ft_core.ui.runs import names, waiting
from ft_core.ui.runs.standing import standing
from ft_core.ui.shared import Shared, choose, follow, selected_run
from ft_core.ui.training.form import belongs
from ft_core.worker import launch
from ft_core.worker.children import seconds_trained
from ft_core.workspace import Workspace

SHOWN = 100  # runs in the table, the newest
LONGEST_NOTE = 10_000  # characters
HEADERS = ["Run", "Id", "Status", "Best validation loss", "Test score", "Settings", "Minutes"]
_STUDIES = {"sweep": "Search for settings", "data_size": "Measure of the data size"}
_ID = HEADERS.index("Id")


def build(shared: Shared) -> None:
    """Components, then events."""
    with gr.Column(elem_classes="step"):
        gr.HTML(show.step(1, "All runs", "Each run keeps its settings, measurements and results. Select one to look at it in every tab."))  # fmt: skip
        empty = gr.Markdown(
            "There is no run yet. Press Start training in the Training tab, and it is listed here.",
            visible=False,
            elem_classes="quiet",
            elem_id="runs-empty",
        )
        with gr.Column(visible=False) as listed:
            table = gr.Dataframe(
                interactive=False, wrap=True, buttons=[], show_label=False, label="All runs, the newest first", max_height=420,
                column_widths=["150px", "85px", "180px", "105px", "130px", "195px", "90px"], elem_id="runs-table",
            )  # fmt: skip
            more = gr.Markdown(visible=False, elem_classes="quiet")
            waiting.build(shared)
            choice = gr.Dropdown(
                [], label="Selected run", info="The one that the header and all tabs show. A press on a row of the table selects it too.", elem_id="runs-choice",
            )  # fmt: skip
            notes = gr.Textbox(
                label="Notes", info="What you tried and what came of it. Saved when you leave the box.", lines=3, max_lines=12,
                max_length=LONGEST_NOTE, elem_id="runs-notes",
            )  # fmt: skip
            saved = gr.HTML(elem_id="runs-saved")
            gr.Markdown("**Make another run like the selected one, with one change**")
            with gr.Row(equal_height=True):
                setting = gr.Dropdown([], label="Setting to change", info="Those that its method has.", elem_id="runs-setting")  # fmt: skip
                value = gr.Textbox(label="New value", info=" ", elem_id="runs-value")
            with gr.Row(elem_classes="actions"):
                again = gr.Button("Make a new run", elem_id="runs-duplicate")

    seen_table, shown = gr.State(""), gr.State("")
    shared.follow(
        watch_runs,
        [seen_table, shared.run_id],
        [seen_table, empty, listed, table, more, choice],
    )
    follow(
        [shared.tab.select, shared.run_id.change],
        shared.quiet(show_selected),
        [shown, shared.run_id],
        [shown, notes, saved, setting, value],
    )
    choose([choice.input], shared.private(select_run), [choice], [shared.run_id], queue=False)
    choose([table.select], shared.private(select_row), [], [shared.run_id], queue=False)
    choose([notes.blur, notes.submit], shared.private(save_notes), [shown, notes], [saved], queue=False)
    choose([setting.input], shared.quiet(show_value), [shown, setting], [value], queue=False)
    again.click(
        shared.private(duplicate_run),
        [shown, setting, value],
        [shared.run_id],
        api_visibility="private",
        concurrency_id="start",
        concurrency_limit=1,
    )


def watch_runs(workspace: Workspace, seen: str, run_id: str) -> Any:
    """The table and the list, in the order (seen, empty, listed, table, more, choice)."""
    runs, chosen = workspace.runs(), selected_run(workspace, run_id)
    newest = runs[:SHOWN]
    titles = names.titles(runs)
    rows = [_row(workspace, run, titles[run.id], chosen) for run in newest]
    found = repr((rows, len(runs), chosen and chosen.id))
    if found == seen:
        return gr.skip()
    choices = [(titles[run.id], run.id) for run in runs]
    left_out = f"The newest {SHOWN} of {len(runs):,} runs; the list below has all."
    return [
        found,
        gr.update(visible=not runs),
        gr.update(visible=bool(runs)),
        {"headers": HEADERS, "data": rows},
        gr.update(value=left_out, visible=len(runs) > SHOWN),
        gr.update(choices=choices, value=chosen.id if chosen else None),
    ]


def show_selected(workspace: Workspace, shown: str, run_id: str) -> Any:
    """Notes and settings of the selected run; what is being typed stays while the run does."""
    run = selected_run(workspace, run_id)
    if run is None or run.id == shown:
        return gr.skip()
    listed = gr.update(choices=_settings(run), value="learning_rate")
    return [run.id, run.notes(), "", listed, show_value(workspace, run.id, "learning_rate")]


def select_run(workspace: Workspace, identity: str | None) -> str:
    """The run picked in the list. Raises FTError `run.missing` for an id that is not one of the person's runs."""
    return workspace.run(identity or "").id


def select_row(workspace: Workspace, event: gr.SelectData) -> str:
    """The run of the row that was pressed. Raises FTError `run.missing`."""
    short = str(event.row_value[_ID])
    runs = workspace.runs()
    ids = names.short_ids(runs)
    return workspace.run(next((run.id for run in runs if ids[run.id] == short), "")).id


def save_notes(workspace: Workspace, shown: str, text: str) -> str:
    """Keep the notes of the run that is shown; says so when they have changed."""
    if not shown:
        return ""
    run = workspace.run(shown)
    if text == run.notes():
        return ""
    if len(text) > LONGEST_NOTE:
        raise FTError(
            "run.notes",
            "The notes are too long.",
            f"They have {len(text):,} characters; at most {LONGEST_NOTE:,} are kept.",
            "Shorten the Notes.",
        )
    run.write_notes(text)
    return '<p class="quiet" role="status">Saved.</p>'


def show_value(workspace: Workspace, shown: str, setting: str | None) -> Any:
    """What the setting is in the run, ready to be changed."""
    if not shown or setting not in TrainSpec.model_fields:
        return gr.skip()
    now = getattr(names.spec_of(workspace.run(shown)).training, setting)
    text = "" if now is None else f"{now:g}" if isinstance(now, float) else str(now)
    info = f"{TrainSpec.model_fields[setting].description} Now: {names.value(now)}."
    return gr.update(value=text, info=info)


def duplicate_run(workspace: Workspace, shown: str, setting: str | None, value: str) -> str:
    """A new run like the one that is shown but for one setting, in the queue; its id. Raises FTError `settings.invalid`."""
    run = workspace.run(shown)
    if setting not in [name for _, name in _settings(run)]:
        raise FTError("settings.invalid", "No setting is chosen.", "The new run would be the same.", "Choose a Setting to change.")  # fmt: skip
    text = _chosen(setting, value.strip())
    method = text if setting == "method" else run.spec().training.method
    given = {"method": method, setting: text}
    changed = getattr(fields.collect(TrainSpec, tuple(given), tuple(given.values())), setting)
    now = getattr(run.spec().training, setting)
    if changed == now:
        raise FTError(
            "settings.unchanged",
            "The new run would be the same.",
            f"{names.training_title(setting)} of this run is {names.value(now)} already.",
            "Write another New value.",
        )
    with workspace.starting():
        if latest := just_made(workspace, changed_project(workspace, run, {setting: changed}), run.data()["dataset"]):
            return latest.id
        new = duplicate(workspace, run, {setting: changed})
    launch.enqueue(workspace, new, "train")
    gr.Info(f"Made: {names.titles(workspace.runs())[new.id]}, in the queue.")
    return new.id


def _settings(run: Run) -> list[tuple[str, str]]:
    """The training settings that the run's method and task have, by title."""
    spec = names.spec_of(run)
    has = (name for name in TrainSpec.model_fields if belongs(name, spec.training.method, spec.task))
    return [(names.training_title(name), name) for name in has]


def _chosen(setting: str, text: str) -> Any:
    """What a person typed -> the value of a choice or a switch that is shown by that name; anything else as it is."""
    field = TrainSpec.model_fields[setting]
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    named = extra.get("names")
    if field.annotation is bool:
        named = {"true": "yes", "false": "no"}
    shown = {str(name).casefold(): key for key, name in named.items()} if isinstance(named, dict) else {}
    return shown.get(text.casefold(), text)


def _row(workspace: Workspace, run: Run, title: str, chosen: Run | None) -> list[str]:
    try:
        settings, status = _purpose(run), standing(workspace, run, detailed=True)
    except FTError:
        settings, status = "–", names.UNREADABLE
    name, _, short = title.rpartition(" ")
    loss, score, minutes = _measured(run, run.fingerprint())
    mark = " ✓" if chosen and chosen.id == run.id else ""
    return [name + mark, short, status, loss, score, settings, minutes]


def _purpose(run: Run) -> str:
    """What the run does: a study, or a training with the settings that matter most."""
    training = names.spec_of(run).training
    method, job = METHODS[training.method].title, launch.job_of(run)
    if job != "train":
        return f"{_STUDIES[job]}, {method}"
    return f"{method}, {amounts.epochs(training.epochs)}, learning rate {training.learning_rate:g}"


@lru_cache(maxsize=1024)
def _measured(run: Run, _fingerprint: str) -> tuple[str, str, str]:
    """Best validation loss, test score and minutes in words: read again only when the files have changed."""
    losses = [row["loss"] for row in run.metrics() if row["kind"] == "validation"]
    seconds, report = None, run.report()
    if sweep := run.sweep():
        losses, seconds = [trial["value"] for trial in sweep["trials"] if trial["value"] is not None], sweep["seconds"]
    elif size := run.data_size():
        losses = [point["validation_loss"] for point in size["points"] if point["validation_loss"] is not None]
        seconds = sum(point["seconds"] or 0 for point in size["points"])
    else:
        seconds = seconds_trained(run)
    score = "–"
    if report:
        metric = report["metrics"][report["headline"]]
        score = f"{show.number(metric['tuned'])} ({metric['title']})"
    minutes = "–" if seconds is None else f"{seconds / 60:,.1f}"
    return show.number(min(losses, default=None)), score, minutes
