"""The trials of a run: runs of their own inside it, on the same data, with some training settings changed."""

import gc
import json
import os
import shutil
import sys
from typing import Any, Literal

from ft_core.errors import FTError
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.change import trial
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.methods import Method, used_by
from ft_core.settings.project import ProjectSpec
from ft_core.train import checkpoints
from ft_core.worker.job import Outcome


def child(parent: Run, number: int, changes: dict[str, Any], evaluation: EvalSpec | None = None) -> Run:
    """Trial `number` of the parent, made now unless it is there. Raises FTError `project.invalid` or `settings.head` for settings that do not go together."""
    folder = parent.trials_folder / str(number)
    if (folder / "project.yaml").is_file():
        return Run(folder)
    spec = changed(parent.spec(), changes, f"Trial {number}")
    if evaluation is not None:
        spec = spec.model_copy(update={"evaluation": evaluation})
    shutil.rmtree(folder, ignore_errors=True)  # half made, by a process that was killed
    data = parent.data()
    dataset = (
        parent.folder / data["folder"]
    )  # relative to the run's folder, and a trial's is deeper; an absolute one stays
    if not os.path.isabs(data["folder"]):
        data = data | {"folder": os.path.relpath(dataset, folder)}
    return Run.create(parent.trials_folder, spec, data, parent.environment(), str(number))


def changed(spec: ProjectSpec, changes: dict[str, Any], where: str) -> ProjectSpec:
    """The project of a trial. Raises FTError `project.invalid`, and `settings.head` as `change` does."""
    whole = spec.model_dump(mode="json") | {
        "training": trial(spec.training, changes),
        "sweep": None,
        "data_size": None,
    }
    return project.parse(whole, where)


def require_validation(counts: dict[str, int], job: Literal["sweep", "data_size"]) -> None:
    """Raise FTError `sweep.no_validation` or `data_size.no_validation` where a split of the data has nothing to compare trainings by."""
    if not counts.get("validation"):
        what = "trials" if job == "sweep" else "parts"
        raise FTError(
            f"{job}.no_validation",
            f"The {what} cannot be compared.",
            "The data has no validation split, and they are compared by their validation loss.",
            "Raise the Validation share of the data (Validation in the Data tab), and prepare it again.",
        )


def usual_settings(method: Method) -> tuple[str, ...]:
    """What a sweep tries when nothing is said: those of the usual settings that the method has."""
    return tuple(name for name in ("learning_rate", "lora_rank") if used_by(method, name))


def pass_on_stop(parent: Run, run: Run) -> None:
    """Ask a trial to stop: to pause when its parent is to, else to keep what it has. What is to be discarded goes with the parent."""
    run.request_stop("pause" if parent.stop_requested() == "pause" else "keep")


def stopped_as(parent: Run) -> Literal["paused", "stopped"]:
    """How a parent that was asked to stop ends."""
    return "paused" if parent.stop_requested() == "pause" else "stopped"


def train_child(parent: Run, run: Run, progress: Progress, token: str | None) -> Outcome:
    """Train a trial here, going on where an earlier attempt was. Raises FTError as its training does."""
    from ft_core.worker.jobs import here

    run.clear_stop()
    try:
        return here(run, "train", {}, token, progress)
    finally:
        if revision := run.model_revision:
            parent.write_model_revision(revision)  # all trials begin from one commit of a Hub model
        release_memory()


def release_memory() -> None:
    """Give back what a training held, so that the next one has it, and its own peak is measured."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def seconds_trained(run: Run) -> float | None:
    """Seconds, over all attempts, without what was lost between a checkpoint and the end of a process. None when it never began."""
    state, result = run.job("train"), run.training()
    if result and (state is None or state.status in ("done", result["status"])):
        return result["seconds"]
    if state is None:
        return None
    before, sealed = _sealed(run)
    return round(before + max(0.0, state.heartbeat - max(state.started, sealed)), 1)


def _sealed(run: Run) -> tuple[float, float]:
    """Seconds trained until the newest checkpoint, and when that was sealed (seconds since 1970); a glance that trusts the seal."""
    step = checkpoints.last_step(run.checkpoints)
    seal = run.checkpoints / f"{checkpoints.PREFIX}{step}" / checkpoints.SEAL
    try:
        return json.loads(seal.read_text(encoding="utf-8"))["seconds"], seal.stat().st_mtime
    except (OSError, ValueError, KeyError):  # none, pruned a moment ago, or of another version
        return 0.0, 0.0


def validation_losses(run: Run) -> list[float]:
    """In their order, nats per token."""
    return [row["loss"] for row in run.metrics() if row["kind"] == "validation"]
