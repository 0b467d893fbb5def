"""A project's data, prepared in a process of its own while this one loads the libraries that its training needs."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ft_core.child_process import Died, run_in_child
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.hardware import cores, has_room_beside
from ft_core.pipeline.data import prepare_source
from ft_core.settings.project import ProjectSpec
from ft_core.workspace import Workspace


class Prepare(Protocol):
    """`prepare_source`, or what does the same."""

    def __call__(
        self, workspace: Workspace, spec: ProjectSpec, folder: Path, *, token: str | None = None
    ) -> Dataset: ...


def beside(load: Callable[[], None]) -> Prepare:
    """A `prepare_source` beside `load`, which returns when both are done; with one core or little memory `load` is left to be done later.

    It raises what `prepare_source` raises as soon as that does, while `load` still goes on, and FTError `data.died` where the system
    ended the other process. A library that `load` cannot import is not told: who needs it meets it again.
    """

    def prepare(workspace: Workspace, spec: ProjectSpec, folder: Path, *, token: str | None = None) -> Dataset:
        if cores() < 2 or not has_room_beside():
            return prepare_source(workspace, spec, folder, token=token)
        loading = threading.Thread(target=_without_a_word, args=(load,), daemon=True)
        loading.start()
        try:
            made = run_in_child(_prepared, workspace, spec, folder, token)
        except Died as died:
            raise FTError(
                "data.died",
                "The data was not prepared to its end.",
                "The system ended its process, most often because the computer ran out of memory.",
                "Close other programs that need memory, or take fewer rows.",
            ) from died
        loading.join()
        return Dataset.open(made)

    return prepare


def _prepared(workspace: Workspace, spec: ProjectSpec, folder: Path, token: str | None) -> Path:
    return prepare_source(workspace, spec, folder, token=token).folder


def _without_a_word(load: Callable[[], None]) -> None:
    with suppress(ImportError, OSError):
        load()
