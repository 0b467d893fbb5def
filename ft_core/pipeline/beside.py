"""A project's data, prepared in a process of its own while this one loads the libraries that its training needs."""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from ft_core.data.store import Dataset
from ft_core.hardware import cores
from ft_core.pipeline.data import prepare_source
from ft_core.settings.project import ProjectSpec
from ft_core.workspace import Workspace


class Prepare(Protocol):
    """`prepare_source`, or what does the same."""

    def __call__(
        self, workspace: Workspace, spec: ProjectSpec, folder: Path, *, token: str | None = None
    ) -> Dataset: ...


def beside(load: Callable[[], None]) -> Prepare:
    """A `prepare_source` beside `load`, which returns when both are done; with one core alone `load` is left to be done later.

    It raises what `prepare_source` raises as soon as that does, while `load` still goes on; MemoryError where the other process was
    ended. What `load` raises is not told: who needs what it loads meets it again.
    """

    def prepare(workspace: Workspace, spec: ProjectSpec, folder: Path, *, token: str | None = None) -> Dataset:
        if cores() < 2:
            return prepare_source(workspace, spec, folder, token=token)
        loading = threading.Thread(target=_quietly, args=(load,), daemon=True)
        loading.start()
        with ProcessPoolExecutor(1, get_context("spawn"), _interruptible) as other:
            try:
                made = other.submit(_prepared, workspace, spec, folder, token).result()
            except BrokenProcessPool as ended:
                raise MemoryError("The process that prepared the data was ended.") from ended
        loading.join()
        return Dataset.open(made)

    return prepare


def _prepared(workspace: Workspace, spec: ProjectSpec, folder: Path, token: str | None) -> Path:
    return prepare_source(workspace, spec, folder, token=token).folder


def _interruptible() -> None:
    """Ctrl-C in a terminal reaches this process, too: it ends without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _quietly(load: Callable[[], None]) -> None:
    with suppress(Exception):
        load()
