"""Where runs stand, as plain values: what `status` and `runs` answer."""

import itertools
from typing import Any, get_args

from ft_core.errors import FTError
from ft_core.jobs import JobName
from ft_core.run import Run
from ft_core.worker import launch
from ft_core.worker.queue import Entry
from ft_core.workspace import Workspace


def overview(workspace: Workspace, run: Run) -> dict[str, Any]:
    """One run: its jobs that ever began, results and error. Raises FTError `project.*` when its project cannot be read."""
    spec = run.spec()
    names: tuple[JobName, ...] = get_args(JobName)
    views = {name: launch.view(workspace, run, name) for name in names}
    report = run.report()
    error = next((found for name in names if (found := run.error(name))), None)
    return {
        "run": run.id,
        "name": spec.name,
        "base": spec.model.base,
        "folder": str(run.folder),
        "jobs": {
            name: {
                "status": view.status,
                "step": view.step,
                "total": view.total,
                "message": view.message,
                "seconds_left": view.seconds_left,
                "how": view.how,
            }
            for name, view in views.items()
            if view.status != "none"
        },
        "training": run.training(),
        "notes": run.notes(),
        "notices": run.notices(),
        "trials": len(run.trials()),
        "verdict": report["verdict"] if report else None,
        "hub": run.hub(),
        "error": error.as_dict() if error else None,
    }


def overviews(workspace: Workspace) -> list[dict[str, Any]]:
    """All runs, newest first. One that cannot be read (a newer version wrote it, say) does not hide the others."""
    return [_readable(workspace, run) for run in workspace.runs()]


def _readable(workspace: Workspace, run: Run) -> dict[str, Any]:
    try:
        return overview(workspace, run)
    except FTError as error:
        unknown = dict.fromkeys(("name", "base", "training", "verdict", "hub"))
        known = {"run": run.id, "folder": str(run.folder), "jobs": {}, "error": error.as_dict()}
        return known | {"notes": run.notes(), "notices": run.notices(), "trials": len(run.trials())} | unknown


def waiting(workspace: Workspace) -> list[dict[str, Any]]:
    """The queue of this home, everybody's: place among those that wait (None of the one at work), run, its name (None when it cannot be read),
    job and how that stands."""
    places = itertools.count(1)
    return [
        {"position": next(places) if entry.taken is None else None}
        | {"run": entry.run.id, "name": _name(entry.run), "job": entry.job, "status": _status(workspace, entry)}
        for entry in launch.entries(workspace.home)
    ]


def _status(workspace: Workspace, entry: Entry) -> str:
    try:
        return launch.view(workspace, entry.run, entry.job).status
    except FTError:
        return "unreadable"


def _name(run: Run) -> str | None:
    try:
        return run.spec().name
    except FTError:
        return None
