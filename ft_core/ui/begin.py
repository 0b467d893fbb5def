"""A run made by the press of a button, and by two presses at once only one."""

from datetime import UTC, datetime

from ft_core.data.store import Dataset
from ft_core.jobs import JobName
from ft_core.pipeline.runs import create_run, filled_project
from ft_core.run import Run
from ft_core.settings.project import ProjectSpec
from ft_core.worker import launch
from ft_core.workspace import Workspace

DOUBLE_CLICK_SECONDS = 3  # a second press within this time is the same press


def begin(workspace: Workspace, spec: ProjectSpec, dataset: Dataset, job: JobName) -> str:
    """A run of this project with that job in the queue; its id. Raises what `pipeline.runs.create_run` raises."""
    others = {name: None for name in ("sweep", "data_size") if name != job}  # the project says what the run is for
    asked = filled_project(workspace, spec.model_copy(update=others), dataset)
    with workspace.starting():
        if latest := just_made(workspace, asked, dataset.id):
            return latest.id
        run = create_run(workspace, asked, dataset)
    launch.enqueue(workspace, run, job)
    return run.id


def just_made(workspace: Workspace, asked: ProjectSpec, dataset_id: str) -> Run | None:
    """The run of that very project that the first press of a double click has made. The caller holds `workspace.starting()`.

    A search and a measure of the data's size are part of the project, so another job is another project.
    """
    for latest in workspace.runs()[:1]:
        age = (datetime.now(UTC) - latest.created).total_seconds()
        if age < DOUBLE_CLICK_SECONDS and latest.data()["dataset"] == dataset_id and latest.spec() == asked:
            return latest
    return None
