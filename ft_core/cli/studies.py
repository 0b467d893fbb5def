"""Studies: which settings are best, and how much data is needed. Each is a run whose trials are runs inside it."""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from huggingface_hub import get_token

from ft_core.cli.options import HomeOption, JsonOption, ProjectArgument
from ft_core.cli.runs import in_foreground
from ft_core.jobs import JobName
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.project import ProjectSpec
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.studies import show_data_size, show_sweep
from ft_core.worker.children import usual_settings
from ft_core.workspace import Workspace, home_folder

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=RANGE",
        help="A training setting to try: learning_rate=0.0005:0.008, lora_rank=8,16,32, or a name alone for a usual range. Can be repeated; "
        "replaces those of the project.",
    ),
]


def sweep(
    path: ProjectArgument,
    chosen: SetOption = None,
    trials: Annotated[int | None, typer.Option("--trials", help="How many trainings at most; 8 if left out.")] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", help="No trial begins after that many minutes.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Try training settings and say which are best: several trainings, compared by their validation loss."""

    def work() -> Result:
        spec = with_sweep(project.load(path), chosen or [], trials, minutes)
        return study(Workspace(home_folder(home)), spec, path.parent, "sweep")

    answer(as_json, work, show_sweep)


def data_size(
    path: ProjectArgument,
    shares: Annotated[
        str | None, typer.Option("--shares", help="Parts of the training split, such as 0.125,0.25,0.5,1.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Train on growing parts of the data, and say what twice the data would buy."""

    def work() -> Result:
        spec = with_data_size(project.load(path), shares)
        return study(Workspace(home_folder(home)), spec, path.parent, "data_size")

    answer(as_json, work, show_data_size)


def with_sweep(spec: ProjectSpec, chosen: list[str], trials: int | None, minutes: float | None) -> ProjectSpec:
    """The project with what the command line says about its sweep. Raises FTError `project.invalid`, naming every wrong range at once."""
    values: dict[str, Any] = spec.sweep.model_dump(mode="json") if spec.sweep else {}
    if chosen:
        values["settings"] = dict(_range(text) for text in chosen)
    elif not spec.sweep:
        values["settings"] = list(usual_settings(spec.training.method))
    values |= {name: value for name, value in (("trials", trials), ("minutes", minutes)) if value is not None}
    return _replaced(spec, {"sweep": values}, "The sweep")


def with_data_size(spec: ProjectSpec, shares: str | None) -> ProjectSpec:
    """The project with what the command line says about the parts of its data. Raises FTError `project.invalid`."""
    values: dict[str, Any] = spec.data_size.model_dump(mode="json") if spec.data_size else {}
    if shares:
        values["shares"] = [_plain(share) for share in shares.split(",")]
    return _replaced(spec, {"data_size": values}, "The study")


def _replaced(spec: ProjectSpec, changes: dict[str, Any], where: str) -> ProjectSpec:
    """The project with these keys, all checked. What it leaves out it still leaves out, so that it is chosen for the run."""
    return project.parse(spec.model_dump(mode="json", exclude_unset=True) | changes, where)


def _range(text: str) -> tuple[str, Any]:
    """`learning_rate=0.0005:0.008` -> the setting's name and its range."""
    name, _, said = text.partition("=")
    bounds = said.split(":")
    if len(bounds) == 2:
        return name.strip(), {"low": _plain(bounds[0]), "high": _plain(bounds[1])}
    return name.strip(), {"values": [_plain(value) for value in said.split(",")]} if said else {}


def _plain(text: str) -> Any:
    """A number, true, false or a name, as YAML has it; a text that is none of them stays, and is refused by the setting."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # ValueError: a date such as 2026-13-01
        return text


def study(workspace: Workspace, spec: ProjectSpec, folder: Path, job: JobName) -> Result:
    """Prepare the data, make the run and do its job here."""
    from ft_core.pipeline.data import prepare_source
    from ft_core.pipeline.runs import create_run

    run = create_run(workspace, spec, prepare_source(workspace, spec, folder, token=get_token()))
    in_foreground(run, job)
    return study_result(run, job)


def study_result(run: Run, job: JobName) -> Result:
    return {"run": run.id} | ((run.sweep() if job == "sweep" else run.data_size()) or {})
