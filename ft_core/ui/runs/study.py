"""What a search for settings and a measure of the data's size have in common on the page: which one is shown, and how it stands."""

from dataclasses import replace
from typing import Any, Literal

import gradio as gr

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.ui import show
from ft_core.ui.shared import selected_run
from ft_core.worker import launch
from ft_core.worker.launch import JobView
from ft_core.workspace import Workspace

Study = Literal["sweep", "data_size"]
LOOKED_AT = 50  # runs that are searched for the newest study


def shown_study(workspace: Workspace, run_id: str, job: Study) -> Run | None:
    """The selected run when it is such a study, else the newest one; None when there is none."""
    chosen = selected_run(workspace, run_id)
    runs = [*([chosen] if chosen else []), *workspace.runs()[:LOOKED_AT]]
    return next((run for run in runs if _is(run, job)), None)


def _is(run: Run, job: Study) -> bool:
    """False also for a run that cannot be read: the table of runs says so."""
    try:
        return launch.job_of(run) == job
    except FTError:
        return False


def required_study(workspace: Workspace, shown: str) -> Run:
    """The study that the page shows. Raises FTError `run.missing`."""
    if not shown:
        raise FTError(
            "run.missing",
            "There is nothing to do that with yet.",
            "None was started.",
            "Press Start the search or Start to measure first.",
        )
    return workspace.run(shown)


def standing_of(view: JobView, unit: str, start: str, resume: str) -> list[Any]:
    """Progress, failure, the Stop and the Resume button, which says `start` while nothing was begun."""
    if view.status == "done":  # a job counts what it has done before it begins with the next
        view = replace(view, step=view.total)
    can_resume = view.status in ("none", "stopped", "paused", "interrupted", "failed")
    return [
        show.progress(view, unit),
        gr.update(value=show.problem(view.error) if view.error else "", visible=view.status == "failed"),
        gr.update(visible=view.status in ("queued", "running")),
        gr.update(visible=can_resume, value=start if view.status == "none" else resume),
    ]
