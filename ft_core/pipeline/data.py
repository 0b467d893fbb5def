"""A project's data: where it comes from, what is in it, and the dataset made of it."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from ft_core import catalog, download
from ft_core.data.inspect import inspect
from ft_core.data.mix import prepare_mix
from ft_core.data.prepare import prepare, token_lengths
from ft_core.data.read import hub_dataset
from ft_core.data.read.several import files_in
from ft_core.data.split import SPLITS
from ft_core.data.store import Dataset
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.errors import FTError
from ft_core.pipeline.start import started
from ft_core.settings import project
from ft_core.settings.data import DataSpec
from ft_core.settings.project import ProjectSpec
from ft_core.workspace import Workspace

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "ticket_triage" / "project.yaml"


def example_project() -> tuple[ProjectSpec, Path]:
    """The shipped example: its project, and the folder its source is relative to."""
    return project.load(EXAMPLE), EXAMPLE.parent


def base_tokenizer(base: str, revision: str | None = None, plain: bool = False) -> ChatTokenizer | None:
    """The tokenizer of a base model, when it is on this machine: the starter's, a local folder's, or a downloaded Hub model's.

    `plain`: for plain texts, which need no chat template. None for a Hub model that was never downloaded: this asks nobody and
    waits for nothing. Raises FTError `model.missing` or `model.template` for a tokenizer that cannot be used.
    """
    folder = catalog.base_folder(base) or download.cached_tokenizer(base, revision)
    return _tokenizer(folder, base, plain, _state(folder)) if folder else None


@lru_cache(maxsize=4)
def _tokenizer(folder: Path, base: str, plain: bool, _state: tuple[tuple[str, int, int], ...]) -> ChatTokenizer:
    """A large vocabulary takes a second to load."""
    return ChatTokenizer.load(folder, base, plain)


def _state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Differs once a file that a tokenizer is read from has changed."""
    files = sorted(path for pattern in ("*.json", "*.jinja", "*.model", "*.txt") for path in folder.glob(pattern))
    return tuple((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files)


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
    stored = dataset.report.get("token_lengths")
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
    return inspect(paths, data, spec.task, base_window(started(workspace, spec)), tell)


def prepare_source(
    workspace: Workspace, spec: ProjectSpec, folder: Path, tell: Tell = silent, token: str | None = None
) -> Dataset:
    """Read, shape, clean, split and store the project's data, or its mix. Relative files are looked for in `folder`; `token` is for the Hub.

    Raises FTError `data.*`, `generated.*`, and `hub.*` for a dataset on the Hub.
    """
    paths, data = source_files(workspace, spec.data, folder, tell, token)
    window = base_window(started(workspace, spec))
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
