"""What a training would take by a trial: its first micro-batches really computed, in a process of its own that ends with all its memory."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from ft_core import hardware
from ft_core.child_process import Died, run_in_child
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.quiet import quiet_libraries
from ft_core.run import Run
from ft_core.settings.project import ProjectSpec
from ft_core.workspace import Workspace

KEPT = 50
# Settings that change neither the memory nor the time of a step: what was measured holds for any of their values.
_FREE = ("epochs", "learning_rate", "lora_alpha", "schedule", "warmup_ratio", "weight_decay", "max_gradient_norm")
_FREE += ("evaluations", "early_stopping", "keep", "checkpoint_gb", "report_to", "preference_beta")


def measure(spec: ProjectSpec, dataset: Dataset, token: str | None = None) -> dict[str, Any]:
    """Load the base model, compute loss and gradients of the longest and of usual rows, and forget everything again.

    `spec` has every choice filled in. Returns what `train.training.measure` does. A Hub model is downloaded; `token` is for it.
    Raises FTError `plan.died` when the process was ended from outside, and what the preparing of a training raises.
    """
    with tempfile.TemporaryDirectory(prefix="ft-measure-") as folder:
        run = Run.create(Path(folder), spec, _data(dataset), hardware.environment())
        try:
            return run_in_child(_measured, run.folder, token)
        except Died as died:
            raise FTError(
                "plan.died",
                "The trial did not come to its end.",
                "The system ended its process, most often because the computer ran out of memory.",
                "Choose a smaller Base model or Longest example, or leave out --measure.",
            ) from died


def measuring(workspace: Workspace, spec: ProjectSpec, dataset: Dataset) -> Run:
    """The place in the workspace where these settings are measured by the job "measure", and the result is kept; there or not.

    `spec` has every choice filled in. It is the same for settings, data and hardware with which a step takes as much.
    """
    training = {name: value for name, value in spec.training.model_dump(mode="json").items() if name not in _FREE}
    asked = [spec.task, spec.model.base, spec.model.revision, training, dataset.id, hardware.describe().model_dump()]
    return workspace.measure(hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12])


def prepare_measuring(workspace: Workspace, spec: ProjectSpec, dataset: Dataset) -> Run:
    """The same, made unless it is there: what the job "measure" works in. Of all others the KEPT that were asked for last stay."""
    run = measuring(workspace, spec, dataset)
    with workspace.starting():
        if not run.project.is_file():
            shutil.rmtree(run.folder, ignore_errors=True)  # half made, by a process that was killed
            run.folder.parent.mkdir(parents=True, exist_ok=True)
            Run.create(run.folder.parent, spec, _data(dataset), hardware.environment(), run.folder.name)
        now = time.time_ns()
        os.utime(run.project, ns=(now, now))  # the file system's own clock stands still for some milliseconds
        _prune(run.folder.parent)
    return run


def _prune(measures: Path) -> None:
    """Remove all but the KEPT newest measures and those at work."""
    found = sorted(measures.glob("*/project.yaml"), key=lambda path: path.stat().st_mtime_ns)
    for path in found[:-KEPT]:
        state = Run(path.parent).job("measure")
        if state is None or state.status != "running":
            shutil.rmtree(path.parent, ignore_errors=True)


def _data(dataset: Dataset) -> dict[str, Any]:
    return {"dataset": dataset.id, "folder": str(dataset.folder), "sha256": dataset.sha256}


def _measured(folder: Path, token: str | None) -> dict[str, Any]:
    """In the child."""
    quiet_libraries()
    from ft_core.train import training

    def unwatched(step: int, total: int, message: str) -> None:
        """Loading is not shown."""

    return training.measure(Run.open(folder), unwatched, token)
