"""The main job as one function: prepare, train, evaluate."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ft_core.jobs import JobName
from ft_core.pipeline.again import run_of
from ft_core.pipeline.beside import Prepare
from ft_core.pipeline.data import prepare_source
from ft_core.pipeline.runs import training_result
from ft_core.run import Run
from ft_core.workspace import Workspace


def run_project(
    workspace: Workspace,
    path: Path,
    do_job: Callable[[Run, JobName], str],
    token: str | None = None,
    prepare: Prepare = prepare_source,
) -> dict[str, Any]:
    """The main job: {run, dataset, training, evaluation}. A training that was stopped, paused or discarded is not evaluated (null).

    A run's own project.yaml is that run once more (`run_of`). `token` is for a dataset on the Hub.
    `prepare` makes the dataset of a new run. `do_job` does one job of the run and returns how it ended, as `worker.jobs.here` does.
    """
    run = run_of(workspace, path, token, prepare=prepare)
    finished = do_job(run, "train") == "done" and do_job(run, "evaluate") == "done"
    report = run.report() if finished else None
    return {
        "run": run.id,
        "dataset": run.data()["dataset"],
        "training": training_result(run),
        "evaluation": report and report | {"page": str(run.report_page)},
    }
