"""The main job: prepare, train, evaluate. What `run` and the tabs call. Torch is imported only by the jobs themselves."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ft_core import catalog, download, hardware
from ft_core.data.inspect import inspect
from ft_core.data.mix import prepare_mix
from ft_core.data.prepare import prepare, token_lengths
from ft_core.data.read import hub_dataset
from ft_core.data.read.several import files_in
from ft_core.data.split import SPLITS
from ft_core.data.store import Dataset, example_of
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.errors import FTError
from ft_core.fit import cost, plan_steps, training_rows
from ft_core.fit.architecture import architecture
from ft_core.fit.choose import Choice, Facts, choose
from ft_core.fit.memory import trained_parameters
from ft_core.jobs import JobName
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.data import DataSpec
from ft_core.settings.methods import METHODS, used_by
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.workspace import Workspace

_LOOKED_AT = 200  # examples whose answers are measured before a training

EXAMPLE = Path(__file__).parent.parent / "examples" / "ticket_triage" / "project.yaml"


def example_project() -> tuple[ProjectSpec, Path]:
    """The shipped example: its project, and the folder its source is relative to."""
    return project.load(EXAMPLE), EXAMPLE.parent


def base_tokenizer(base: str, revision: str | None = None, plain: bool = False) -> ChatTokenizer | None:
    """The tokenizer of a base model, when it is on this machine: the starter's, a local folder's, or a downloaded Hub model's.

    `plain`: for plain texts, which need no chat template.
    None for a Hub model that was never downloaded: this asks nobody and waits for nothing. Raises FTError `model.missing` or
    `model.template` for a tokenizer that cannot be used.
    """
    folder = catalog.base_folder(base) or download.cached_tokenizer(base, revision)
    return ChatTokenizer.load(folder, base, plain) if folder else None


def base_window(spec: ProjectSpec) -> Window | None:
    """What of an example the project's base model is given; None and raises as `base_tokenizer`."""
    tokenizer = base_tokenizer(spec.model.base, spec.model.revision, spec.task == "text")
    return Window(tokenizer, spec.training.max_length) if tokenizer else None


def base_token_lengths(dataset: Dataset, base: str, revision: str | None = None) -> dict[str, Any] | None:
    """How long the dataset's examples are in tokens of this base model; None while its tokenizer is not on this machine.

    A dataset does not depend on a base model: the lengths in its report are those of the base that it was first prepared for.
    Raises what `base_tokenizer` raises.
    """
    tokenizer = base_tokenizer(base, revision, dataset.task == "text")
    if tokenizer is None:
        return None
    stored = dataset.report["token_lengths"]
    if stored and stored.get("tokenizer") == tokenizer.fingerprint:
        return stored
    return token_lengths([example for split in SPLITS for example in dataset.examples(split)], tokenizer)


def inspect_source(
    workspace: Workspace, spec: ProjectSpec, folder: Path, tell: Tell = silent, token: str | None = None
) -> dict[str, Any]:
    """What the project's data holds and what is wrong with it; see data.inspect. A relative source is looked for in `folder`.

    Raises FTError `data.*`, and `hub.*` for a dataset on the Hub, for which `token` is.
    """
    paths, data = source_files(workspace, spec.data, folder, tell, token)
    return inspect(paths, data, spec.task, base_window(spec), tell)


def prepare_source(
    workspace: Workspace, spec: ProjectSpec, folder: Path, tell: Tell = silent, token: str | None = None
) -> Dataset:
    """Read, shape, clean, split and store the project's data, or its mix. Relative files are looked for in `folder`; `token` is for the Hub.

    Raises FTError `data.*`, `generated.*`, and `hub.*` for a dataset on the Hub.
    """
    paths, data = source_files(workspace, spec.data, folder, tell, token)
    window = base_window(spec)
    if data.mix:
        unused = [f"`{name}`" for name in ("benchmarks", "generated") if getattr(data, name)]
        if unused:
            raise FTError(
                "data.mix",
                f"A mix cannot use {' and '.join(unused)} yet.",
                "They belong to a single source, and would be left out without a word.",
                f"Remove {' and '.join(unused)}, or the mix.",
            )
        files = {
            part.name: source_files(workspace, DataSpec(source=part.source), folder, tell, token)[0]
            for part in data.mix
        }
        return prepare_mix({data.name: paths} | files, data, spec.task, workspace.datasets, window, tell)
    benchmarks = [_place(folder, name) for name in data.benchmarks]
    generated = _place(folder, data.generated) if data.generated else None
    return prepare(paths, data, spec.task, workspace.datasets, window, tell, benchmarks, generated)


def source_files(
    workspace: Workspace, data: DataSpec, folder: Path, tell: Tell = silent, token: str | None = None
) -> tuple[list[Path], DataSpec]:
    """The files that a source stands for: itself, those of a folder, or those of a Hub dataset, which are downloaded into the workspace.

    With them the settings, the dataset's revision as the full commit. Raises FTError `data.empty` for a folder without data, and what
    `hub_dataset.fetch` raises.
    """
    paths: list[Path] = []
    for source in data.sources:
        path = _place(folder, source)
        if path.exists() or not hub_dataset.is_id(source):
            paths += files_in(path)
            continue
        fetched = hub_dataset.fetch(source, workspace.folder / "hub", data.configuration, data.revision, token, tell)
        paths += fetched.files
        if len(data.sources) == 1:
            data = data.model_copy(update={"revision": fetched.commit, "configuration": fetched.configuration})
    return paths, data


def _place(folder: Path, name: str) -> Path:
    return folder / os.path.expanduser(name)  # Path's own raises for a user who is not there


def create_run(workspace: Workspace, spec: ProjectSpec, dataset: Dataset) -> Run:
    """A new run of this project on this dataset, every automatic choice filled in.

    Raises FTError `model.missing` when the base is a path that is not there, `settings.too_long` when an example may be longer than it
    can read, `settings.head` for a classification head without labels, and `sweep.unused`.
    """
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
    filled, _ = choices(spec.model_copy(update={"task": dataset.task, "model": model, "data": data}), dataset)
    if filled.sweep:
        filled = filled.model_copy(update={"sweep": filled.sweep.filled(filled.training)})
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


def duplicate(workspace: Workspace, run: Run, changes: dict[str, Any]) -> Run:
    """A new run with the settings of `run` but for `changes` (TrainSpec field -> value), on the same dataset version and base revision.

    Raises FTError `project.invalid` naming every change that cannot be, `settings.head`, and `data.missing` when the dataset is gone.
    """
    old = run.spec()
    values = old.model_dump(mode="json") | {"training": _with(old.training.model_dump(mode="json"), changes)}
    spec = project.parse(values, "The new run")
    if revision := run.model_revision:
        spec = spec.model_copy(update={"model": spec.model.model_copy(update={"revision": revision})})
    dataset = Dataset.open(run.folder / run.data()["folder"])
    project.require_head(spec, dataset.task)
    data = run.data() | {"folder": os.path.relpath(dataset.folder, workspace.runs_folder / "run")}
    filled, _ = choices(spec, dataset)
    new = Run.create(workspace.runs_folder, filled, data, hardware.environment())
    words = ", ".join(f"{name}={value}" for name, value in changes.items()) or "no change"
    new.write_log(f"made from run {run.id} with {words}")
    return new


def _with(training: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Training settings with changes; with another method its learning rate, and what only one of the two has, is chosen anew."""
    method = changes.get("method", training["method"])
    if method != training["method"] and method in METHODS:
        kept = {name: value for name, value in training.items() if used_by(method, name) and name != "learning_rate"}
        return kept | changes
    return training | changes


def training_result(run: Run) -> dict[str, Any]:
    """How the run's training ended: {status, steps, total_steps}, and all of `run.training()` unless that is of an earlier end.

    A training that was paused or discarded leaves no result of its own.
    """
    state, written = run.job("train"), run.training() or {}
    assert state is not None
    ended = {"status": state.status, "steps": state.step, "total_steps": state.total}
    return ended | written if written.get("status") == state.status else ended


def choices(spec: ProjectSpec, dataset: Dataset) -> tuple[ProjectSpec, list[Choice]]:
    """The project with every training setting filled in that it leaves out, and what was chosen and why. Raises FTError `settings.too_long`."""
    return choose(spec, facts(spec, dataset))


def facts(spec: ProjectSpec, dataset: Dataset) -> Facts:
    """What the choices are made from. Token lengths are known where the dataset was prepared for this base model or one with its tokenizer."""
    base, revision = spec.model.base, spec.model.revision
    try:
        tokenizer = base_tokenizer(base, revision, dataset.task == "text")
    except FTError:  # the training says it, with all that it then knows
        tokenizer = None
    stored = dataset.report["token_lengths"]
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


def plan_project(workspace: Workspace, path: Path, tell: Tell = silent, token: str | None = None) -> dict[str, Any]:
    """Before a training: what would be chosen and why, does it fit, how long, how much. The data is prepared, nothing is trained.

    {"model", "method", "dataset", "examples", "settings": [{"setting", "value", "reason"}], "steps", "tokens", "parameters", "trained",
    "memory_gb": {part: gigabytes}, "fits", "hours", "measured", "cost_usd", "hardware": [{"flavour", "fits", "hours", "dollars", ...}]}.
    `hours` is of this machine; `cost_usd` of the cheapest hardware of a Space that it fits; what depends on a base model's sizes is None
    where nobody knows them. Raises what `prepare_source` and `choices` raise.
    """
    spec = project.load(path)
    dataset = prepare_source(workspace, spec, path.parent, tell, token)
    known = facts(spec, dataset)
    filled, chosen = choose(spec, known)
    training, steps = filled.training, plan_steps(filled.training, dataset.counts["train"])
    lengths = dataset.report["token_lengths"] if known.longest else None
    longest = min(known.longest or training.max_length, training.max_length)
    usual = min(lengths["median"], longest) if lengths else longest
    rows = steps * training.batch_size
    work = cost.Work(rows=rows, tokens=rows * usual, longest=longest, learnt=known.learnt)
    result: dict[str, Any] = {
        "model": spec.model.base,
        "method": training.method,
        "dataset": dataset.id,
        "examples": training_rows(training, dataset.counts["train"]),
        "settings": [choice.model_dump() for choice in chosen],
        "steps": steps,
        "tokens": work.tokens,
    }
    return result | _foretold(training, work, known)


def _foretold(training: TrainSpec, work: cost.Work, known: Facts) -> dict[str, Any]:
    """The part of a plan that needs the base model's sizes."""
    sizes = known.architecture
    if sizes is None:
        unknown = ("parameters", "trained", "memory_gb", "fits", "hours", "cost_usd")
        return dict.fromkeys(unknown) | {"measured": False, "hardware": []}
    here, others = cost.here(sizes, training, work, known), cost.fits(sizes, training, work)
    paid = [row.dollars for row in others if row.fits and row.dollars is not None]
    return {
        "parameters": sizes.parameters,
        "trained": trained_parameters(sizes, training),
        "memory_gb": cost.memory_here(sizes, training, work, known).gigabytes(),
        "fits": here.fits,
        "hours": here.hours,
        "measured": here.measured,
        "cost_usd": min(paid, default=None),
        "hardware": [row.model_dump() for row in (here, *others)],
    }


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
