"""Small runs and studies on the toy dataset, really trained, for the steps that show them."""

from pathlib import Path
from typing import Any

from ft_core.pipeline.runs import create_run
from ft_core.run import Run
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import uploads
from ft_core.worker import jobs
from ft_core.workspace import Workspace
from tests import helpers

TRAINING = TrainSpec(
    epochs=1, learning_rate=5e-3, batch_size=8, lora_rank=4, lora_alpha=8, evaluations=2, max_length=128, threads=1
)


def toy_project(workspace: Workspace, base: Path, rows: int = 60, **more: Any) -> ProjectSpec:
    """The toy rows as if they had been uploaded: their project."""
    workspace.folder.mkdir(parents=True, exist_ok=True)
    file = helpers.write_toy_csv(workspace.folder / "toys.csv", rows)
    data = helpers.data_spec().renamed(lambda _: uploads.keep(workspace, file))
    spec = ProjectSpec(
        name="toys",
        task="classification",
        data=data,
        model=ModelSpec(base=str(base)),
        training=TRAINING,
        evaluation=EvalSpec(few_shot=2, max_new_tokens=2),
    )
    return spec.model_copy(update=more)


def toy_run(workspace: Workspace, spec: ProjectSpec, job: str | None = None) -> Run:
    """A run of that project, with one job done."""
    run = create_run(workspace, spec, uploads.prepare(workspace, spec))
    if job is not None:
        jobs.here(run, job)  # pyright: ignore[reportArgumentType]
    return run
