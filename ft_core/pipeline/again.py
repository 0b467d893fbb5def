"""The run that a project file asks for: a new one on its data; of the file in a run's folder that very run once more."""

import os
from pathlib import Path

from ft_core import hardware
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.files import read_json
from ft_core.pipeline.beside import Prepare
from ft_core.pipeline.data import prepare_source
from ft_core.pipeline.runs import choices, create_run
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.project import ProjectSpec
from ft_core.workspace import Workspace


def run_of(
    workspace: Workspace,
    path: Path,
    token: str | None = None,
    profile: bool = False,
    prepare: Prepare = prepare_source,
) -> Run:
    """A new run of the project at `path`. Where that is a run's own project.yaml, it ends with that run's weights.

    That means: the dataset version that the run used, its base model's commit, its threads, and the micro-batch that it really took.
    On the same processor with the same packages the weights are then the same to the bit; what differs is in the new run's log. A run
    whose micro-batch was changed in the middle cannot be repeated so. With `profile` it looks where its time goes. `token` is for a dataset on the Hub.
    `prepare` makes the dataset of a new run. Raises what it and `create_run` raise; `data.missing` or `data.changed` when a run's dataset is
    gone; and what `Run.start` raises.
    """
    spec = project.load(path)
    if path.name == "project.yaml" and _of_a_run(path.parent):
        return _again(workspace, Run.open(path.parent), token, profile)
    return create_run(workspace, _looking(spec, profile), prepare(workspace, spec, path.parent, token=token))


def _looking(spec: ProjectSpec, profile: bool) -> ProjectSpec:
    if not profile:
        return spec
    return spec.model_copy(update={"training": spec.training.model_copy(update={"profile": True})})


def _of_a_run(folder: Path) -> bool:
    """True for the folder of a run, also an unpacked one; a person's own data file may be called data.json as well."""
    if not all((folder / name).is_file() for name in ("environment.json", "data.json")):
        return False
    try:
        data = read_json(folder / "data.json")
    except ValueError:
        return False
    return isinstance(data, dict) and {"dataset", "sha256"} <= data.keys()


def _again(workspace: Workspace, run: Run, token: str | None, profile: bool) -> Run:
    run.start()  # raises where the run that it started from is no longer what it was
    spec, took = run.spec(), run.fit().get("micro_batch_size")
    dataset = _dataset(workspace, run, spec, token)
    if took:
        spec = spec.model_copy(update={"training": spec.training.model_copy(update={"micro_batch_size": took})})
    if revision := run.model_revision:
        spec = spec.model_copy(update={"model": spec.model.model_copy(update={"revision": revision})})
    filled, _ = choices(_looking(spec, profile), dataset)
    data = run.data() | {"folder": os.path.relpath(dataset.folder, workspace.runs_folder / "run")}
    new = Run.create(workspace.runs_folder, filled, data, hardware.environment())
    new.write_log(f"run {run.id} once more, on its dataset {dataset.id}")
    for difference in _differences(run.environment(), new.environment()):
        new.write_log(f"not as in run {run.id}: {difference}; the weights may differ")
    if any(change["step"] for change in run.fit().get("changes", [])):
        new.write_log(f"run {run.id} made its micro-batches smaller on the way: the weights may differ")
    return new


def _dataset(workspace: Workspace, run: Run, spec: ProjectSpec, token: str | None) -> Dataset:
    """The version that the run used; in an unpacked zip file it is made anew of the data file beside, and must come out the same."""
    known = run.data()
    try:
        dataset = Dataset.open(run.folder / known["folder"])
    except FTError as gone:
        if spec.data.mix or not all((run.folder / source).is_file() for source in spec.data.sources):
            raise FTError(
                "data.missing",
                f"The data of run {run.id} is gone.",
                f"Its dataset {known['dataset']} is not where it was, so the run cannot be repeated.",
                "Put the dataset's folder back, or copy project.yaml beside its data file in a folder of their own, and use that.",
            ) from gone
        dataset = prepare_source(workspace, spec, run.folder, token=token)
        if dataset.sha256 != known["sha256"]:  # the project left its task out, which is part of the hash
            dataset = prepare_source(workspace, spec.model_copy(update={"task": None}), run.folder, token=token)
    if dataset.sha256 != known["sha256"]:
        raise FTError(
            "data.changed",
            f"The data of run {run.id} is not what it was.",
            f"Its dataset {dataset.id} has the SHA-256 {dataset.sha256[:12]}…, the run was trained on {known['sha256'][:12]}….",
            "Put the dataset's folder back, or copy project.yaml beside its data file in a folder of their own, and use that.",
        )
    return dataset


def _differences(before: dict[str, object], now: dict[str, object]) -> list[str]:
    """What was recorded then and is otherwise now: Python, system, packages, hardware."""
    here = _flat(now)
    return [
        f"{name} {here.get(name, 'none')} instead of {value}"
        for name, value in _flat(before).items()
        if here.get(name) != value and name != "model_revision"
    ]


def _flat(values: dict[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in values.items():
        flat |= value if isinstance(value, dict) else {name: value}
    return flat
