"""The main job: prepare, train, evaluate. What `run` and the tabs call. Torch is imported only by the jobs themselves."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ft_core import catalog, hardware
from ft_core.data.store import Dataset, prepare
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.fit import prepare_spec
from ft_core.run import JobName, Run
from ft_core.settings import project
from ft_core.settings.project import ProjectSpec
from ft_core.workspace import Workspace

EXAMPLE = Path(__file__).parent.parent / "examples" / "ticket_triage" / "project.yaml"


def example_project() -> tuple[ProjectSpec, Path]:
    """The shipped example: its project, and the folder its source is relative to."""
    return project.load(EXAMPLE), EXAMPLE.parent


def base_tokenizer(base: str) -> ChatTokenizer | None:
    """The tokenizer of a base model that is on this machine; None for one that is on the Hub."""
    folder = catalog.base_folder(base)
    return ChatTokenizer.load(folder) if folder else None


def prepare_source(workspace: Workspace, spec: ProjectSpec, folder: Path) -> Dataset:
    """Read, shape, clean, split and store the project's data. A relative source is looked for in `folder`.

    Raises FTError `data.*`.
    """
    return prepare(
        folder / Path(spec.data.source).expanduser(),
        spec.data,
        spec.task,
        workspace.datasets,
        base_tokenizer(spec.model.base),
    )


def create_run(workspace: Workspace, spec: ProjectSpec, dataset: Dataset) -> Run:
    """A new run of this project on this dataset, every automatic choice filled in.

    Raises FTError `model.missing` when the base is a path that is not there.
    """
    folder = catalog.base_folder(spec.model.base)
    if folder is None and (spec.model.base.count("/") != 1 or spec.model.base.startswith((".", "/", "~"))):
        raise FTError(
            "model.missing",
            f"There is no base model {spec.model.base}.",
            "It is neither `starter`, nor a folder on this machine, nor a Hub id such as owner/name.",
            "Choose another Base model.",
        )
    model = spec.model
    if folder is not None and model.base != catalog.STARTER:
        model = model.model_copy(update={"base": str(folder.resolve())})  # workers run in another folder
    filled = prepare_spec(spec.model_copy(update={"task": dataset.task, "model": model}))
    workspace.runs_folder.mkdir(parents=True, exist_ok=True)
    location = os.path.relpath(dataset.folder, workspace.runs_folder / "run")
    data = {
        "dataset": dataset.id,
        "folder": location,
        "sha256": dataset.sha256,
        "counts": dataset.counts,
        "labels": dataset.labels,
    }
    return Run.create(workspace.runs_folder, filled, data, hardware.environment())


def run_project(workspace: Workspace, path: Path, do_job: Callable[[Run, JobName], str]) -> dict[str, Any]:
    """The main job: {run, dataset, training, evaluation}. A training that was stopped is not evaluated (null).

    `do_job` does one job of the run and returns how it ended, as `worker.jobs.here` does.
    """
    spec = project.load(path)
    dataset = prepare_source(workspace, spec, path.parent)
    run = create_run(workspace, spec, dataset)
    finished = do_job(run, "train") == "done" and do_job(run, "evaluate") == "done"
    return {
        "run": run.id,
        "dataset": dataset.id,
        "training": run.training(),
        "evaluation": run.report() if finished else None,
    }
