"""A person's data: what it holds, and a dataset version made of it."""

from pathlib import Path
from typing import Annotated

import typer
from huggingface_hub import get_token

from ft_core.cli.options import HomeOption, JsonOption, PersonOption
from ft_core.settings import project
from ft_core.settings.data import DataSpec
from ft_core.settings.project import ProjectSpec
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.data import show_dataset, show_inspection
from ft_core.terminal.progress import told
from ft_core.workspace import LOCAL, Workspace, home_folder


def inspect_command(
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA... | PROJECT.yaml",
            help="A file, several, a folder, a Hub dataset (owner/name), or a project file.",
        ),
    ],
    configuration: Annotated[str | None, typer.Option("--configuration", help="Of a Hub dataset: which part.")] = None,
    revision: Annotated[
        str | None, typer.Option("--revision", help="Of a Hub dataset: a branch, tag or commit.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
    person: PersonOption = LOCAL,
) -> None:
    """What the data holds: format, columns, rows, problems, token lengths. Of a project, with its settings."""
    from ft_core.pipeline.data import inspect_source

    def work() -> Result:
        first, folder = Path(data[0]), Path()
        spec = ProjectSpec(data=DataSpec(source=tuple(data), configuration=configuration, revision=revision))
        if len(data) == 1 and is_project(first):
            spec, folder = project.load(first), first.parent
        with told() as tell:
            return inspect_source(Workspace(home_folder(home), person), spec, folder, tell, get_token())

    answer(as_json, work, lambda found: show_inspection(found, Path(data[0]), data[1:]))


def prepare(
    source: Annotated[
        Path,
        typer.Argument(metavar="PROJECT.yaml | DATA", help="A project file, a data file or folder, or a Hub dataset."),
    ],
    as_json: JsonOption = False,
    home: HomeOption = None,
    person: PersonOption = LOCAL,
) -> None:
    """Clean, split and store a dataset version."""
    from ft_core.pipeline.data import base_token_lengths, prepare_source

    def work() -> Result:
        spec = project_or_data(source)
        with told() as tell:
            dataset = prepare_source(Workspace(home_folder(home), person), spec, source.parent, tell, get_token())
            lengths = base_token_lengths(dataset, spec.model.base, spec.model.revision)
        removed = dataset.report["rows"] - dataset.report["kept"]
        return {
            "dataset": dataset.id,
            "rows": dataset.report["rows"],
            "removed": removed,
            "splits": dataset.counts,
            "report": dataset.report | {"token_lengths": lengths},
        }

    answer(as_json, work, lambda result: show_dataset(result, source, is_project(source)))


def is_project(source: Path) -> bool:
    return source.suffix in project.SUFFIXES


def project_or_data(source: Path) -> ProjectSpec:
    """The project in a YAML file, or one of defaults around a data file, a folder or a Hub dataset."""
    from ft_core.data.read.hub_dataset import is_id

    if is_project(source):
        return project.load(source)
    on_hub = not source.exists() and is_id(str(source))
    return ProjectSpec(data=DataSpec(source=str(source) if on_hub else source.name or str(source.resolve())))
