"""Runs: made from a project and a dataset, or from another run, with every choice filled in."""

import os
from typing import Any

from ft_core import catalog, hardware
from ft_core.data.store import Dataset, example_of
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.fit.architecture import architecture
from ft_core.fit.choose import Choice, Facts, choose, require_loftq
from ft_core.pipeline.data import base_tokenizer
from ft_core.pipeline.start import record, started
from ft_core.run import Run
from ft_core.settings import project, trackers
from ft_core.settings.change import change
from ft_core.settings.project import ProjectSpec
from ft_core.workspace import Workspace

_LOOKED_AT = 200  # examples whose answers are measured before a training


def create_run(workspace: Workspace, spec: ProjectSpec, dataset: Dataset) -> Run:
    """A new run of this project on this dataset, every automatic choice filled in. Raises what `filled_project` raises."""
    filled = filled_project(workspace, spec, dataset)
    workspace.runs_folder.mkdir(parents=True, exist_ok=True)
    location = os.path.relpath(dataset.folder, workspace.runs_folder / "run")
    data = {
        "dataset": dataset.id,
        "folder": location,
        "sha256": dataset.sha256,
        "counts": dataset.counts,
        "labels": dataset.labels,
        **record(workspace, filled),
    }
    return Run.create(workspace.runs_folder, filled, data, hardware.environment())


def filled_project(workspace: Workspace, spec: ProjectSpec, dataset: Dataset) -> ProjectSpec:
    """The project that a new run on this dataset would have.

    Raises FTError `model.missing` when the base is a path that is not there, `settings.too_long` when an example may be longer than it
    can read, `settings.layers`, `settings.loftq`, `model.broken`, `model.template`, `sweep.unused`, `sweep.impossible`, `project.invalid` for settings that the
    dataset's task lacks, `report.missing`, and what `started` raises.
    """
    trackers.require(spec.training.report_to)
    spec = started(workspace, spec.model_copy(update={"task": dataset.task}))
    project.require_head(spec, dataset.task)
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
    pinned = {"configuration": dataset.spec.configuration, "revision": dataset.spec.revision}  # of a dataset on the Hub
    data = spec.data.model_copy(update=pinned)
    spec = spec.model_copy(update={"model": model, "data": data})
    project.parse(spec.model_dump(mode="json"), "The project")  # its task may be known only now
    filled = _ready(spec, dataset)
    if filled.sweep:
        plan = filled.sweep.filled(filled.training, dataset.task, hardware.describe().gpu is not None)
        filled = filled.model_copy(update={"sweep": plan})
    return filled


def duplicate(workspace: Workspace, run: Run, changes: dict[str, Any]) -> Run:
    """A new training with the settings of `run` but for `changes` (TrainSpec field -> value), on the same dataset version and base revision.

    Raises FTError `project.invalid` naming every change that cannot be, `settings.head`, and `data.missing` when the dataset is gone.
    """
    filled = changed_project(workspace, run, changes)
    dataset = Dataset.open(run.folder / run.data()["folder"])
    data = run.data() | {"folder": os.path.relpath(dataset.folder, workspace.runs_folder / "run")}
    data |= record(workspace, filled)
    new = Run.create(workspace.runs_folder, filled, data, hardware.environment())
    words = ", ".join(f"{name}={value}" for name, value in changes.items()) or "no change"
    new.write_log(f"made from run {run.id} with {words}")
    return new


def changed_project(workspace: Workspace, run: Run, changes: dict[str, Any]) -> ProjectSpec:
    """The project that such a copy would have. Raises what `duplicate` raises."""
    old = run.spec()
    values = old.model_dump(mode="json") | {"training": change(old.training, changes)}
    values |= {"sweep": None, "data_size": None}
    spec = project.parse(values, "The new run")
    trackers.require(spec.training.report_to)
    spec = started(workspace, spec)
    if revision := run.model_revision:
        spec = spec.model_copy(update={"model": spec.model.model_copy(update={"revision": revision})})
    dataset = Dataset.open(run.folder / run.data()["folder"])
    project.require_head(spec, dataset.task)
    return _ready(spec, dataset)


def _ready(spec: ProjectSpec, dataset: Dataset) -> ProjectSpec:
    """Every choice filled in, for a training on this machine. Raises FTError `settings.loftq` and what `choices` raises."""
    known = facts(spec, dataset)
    require_loftq(spec.training, known.on_gpu)
    return choose(spec, known)[0]


def training_result(run: Run) -> dict[str, Any]:
    """How the run's training ended: {status, steps, total_steps}, and all of `run.training()` unless that is of an earlier end.

    A training that was paused or discarded leaves no result of its own.
    """
    state, written = run.job("train"), run.training() or {}
    assert state is not None
    ended = {"status": state.status, "steps": state.step, "total_steps": state.total}
    return ended | written if written.get("status") == state.status else ended


def choices(spec: ProjectSpec, dataset: Dataset) -> tuple[ProjectSpec, list[Choice]]:
    """The project with every training setting filled in that it leaves out, and what was chosen and why. Raises what `facts` and `choose` raise."""
    return choose(spec, facts(spec, dataset))


def facts(spec: ProjectSpec, dataset: Dataset) -> Facts:
    """What the choices are made from. Token lengths are known where the dataset was prepared for this base model or one with its tokenizer.

    Raises FTError `model.missing`, `model.broken` or `model.template` for a base model that is here and cannot be used.
    """
    base, revision = spec.model.base, spec.model.revision
    tokenizer = base_tokenizer(base, revision, dataset.task == "text")
    stored = dataset.report.get("token_lengths")  # an earlier version has none
    known = stored if stored and tokenizer and stored.get("tokenizer") == tokenizer.fingerprint else None
    return Facts(
        examples=dataset.counts["train"],
        hardware=hardware.describe(),
        architecture=architecture(base, revision),
        longest=known["max"] if known else None,
        learnt=_answer_tokens(dataset, tokenizer) if tokenizer else None,
    )


def _answer_tokens(dataset: Dataset, tokenizer: ChatTokenizer) -> int | None:
    """Over how many tokens the answers of an example stretch at most, from the first of what is learnt on; of the first training rows."""
    batch = next(dataset.batches("train"), None)
    rows = batch.slice(0, _LOOKED_AT).to_pylist() if batch else []
    encoded = [tokenizer.encode(example.messages, example.tools) for example in map(example_of, rows)]
    return max((len(one.ids) - one.learnt.index(True) for one in encoded if True in one.learnt), default=None)
