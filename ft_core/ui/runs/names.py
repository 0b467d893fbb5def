"""How runs, settings and their values are called on the page."""

import types
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings.methods import METHODS
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec

_END = 6  # characters of a run's id that differ between runs of one second
UNREADABLE = "cannot be read"


def short_ids(runs: Sequence[Run]) -> dict[str, str]:
    """Run id -> its end, when no other of these runs ends like it; else the whole id."""
    ends = Counter(run.id[-_END:] for run in runs)
    return {run.id: run.id[-_END:] if ends[run.id[-_END:]] == 1 else run.id for run in runs}


@lru_cache(maxsize=1024)
def spec_of(run: Run) -> ProjectSpec:
    """A run's project, which is written once, so it is read once. Raises FTError `project.*`."""
    return run.spec()


def name_of(run: Run) -> str:
    """The name of its project."""
    try:
        return spec_of(run).name
    except FTError:
        return UNREADABLE


def titles(runs: Sequence[Run]) -> dict[str, str]:
    """Run id -> name and short id."""
    short = short_ids(runs)
    return {run.id: f"{name_of(run)} {short[run.id]}" for run in runs}


def setting_title(key: str) -> str:
    """`training.learning_rate` -> `Learning rate`; `data.split.seed` -> `Split: Seed`."""
    kind: Any = ProjectSpec
    words = []
    for part in key.split("."):
        field = kind.model_fields.get(part) if isinstance(kind, type) and issubclass(kind, BaseModel) else None
        words.append((field and field.title) or part.replace("_", " ").capitalize())
        kind = _plain(field.annotation) if field else None
    return ": ".join(words[1:] or words)


def training_title(name: str) -> str:
    """The label of a training setting."""
    return TrainSpec.model_fields[name].title or name


def value(given: Any) -> str:
    """A setting's value as a person reads it."""
    if given is None or given in ("", [], {}):
        return "–"
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, float):
        return f"{given:g}"
    if isinstance(given, list | tuple):
        return ", ".join(value(part) for part in given)
    if isinstance(given, dict):
        return ", ".join(f"{key}: {value(part)}" for key, part in given.items())
    return METHODS[given].title if given in METHODS else str(given)


def settings(given: dict[str, Any]) -> str:
    """Training settings in one line."""
    return ", ".join(f"{training_title(name)} {value(one)}" for name, one in given.items())


def _plain(annotation: Any) -> Any:
    """`SplitSpec | None` -> SplitSpec."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next((part for part in get_args(annotation) if part is not type(None)), None)
    return annotation
