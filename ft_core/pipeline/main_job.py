"""The main job as one function: prepare, train, evaluate."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ft_core.jobs import JobName
from ft_core.pipeline.data import prepare_source
from ft_core.pipeline.runs import create_run, training_result
from ft_core.run import Run
from ft_core.settings import project
from ft_core.workspace import Workspace


def run_project(
    workspace: Workspace, path: Path, do_job: Callable[[Run, JobName], str], token: str | None = None
) -> dict[str, Any]:
    """The main job: {run, dataset, training, evaluation}. A training that was stopped, paused or discarded is not evaluated (null).

    `token` is for a dataset on the Hub. `do_job` does one job of the run and returns how it ended, as `worker.jobs.here` does.
    """
    spec = project.load(path)
    dataset = prepare_source(workspace, spec, path.parent, token=token)
    run = create_run(workspace, spec, dataset)
    finished = do_job(run, "train") == "done" and do_job(run, "evaluate") == "done"
    return {
        "run": run.id,
        "dataset": dataset.id,
        "training": training_result(run),
        "evaluation": run.report() if finished else None,
    }
