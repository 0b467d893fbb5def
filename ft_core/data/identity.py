"""What a dataset version is known by: a checksum of everything that decides its content and its report."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core.data import store
from ft_core.data.augment.generated import Generated
from ft_core.data.read.join import splits_of
from ft_core.data.tokens import Window
from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec, DataSpec
from ft_core.settings.project import Task

FORMAT = 4  # raise it when the same sources and settings come to hold other examples
_PLACES = {"source", "configuration", "revision", "benchmarks", "generated"}  # say where something is, not what


def source_sha256(paths: Sequence[Path]) -> str:
    """Of the files' bytes, kinds and splits: the same for the same content, whatever it is called."""
    files = [[store.sha256(path), path.suffix.lower()] for path in paths]
    return _sha256([files, splits_of([path.name for path in paths])])


def identity_of(
    source: str,
    spec: DataSpec,
    task: Task | None,
    window: Window | None,
    benchmarks: Sequence[Path],
    generated: Sequence[Generated] | None,
) -> str:
    """sha256 of the content of all files, the settings but not where the files are, and the task.

    The base model is part of it only where rows are left out because of its tokens.
    """
    values: dict[str, Any] = {
        "format": FORMAT,
        "source": source,
        "spec": spec.model_dump(mode="json", exclude=_PLACES),
        "task": task,
        "benchmarks": [[path.name, store.sha256(path)] for path in benchmarks],
        "generated": None if generated is None else [row.as_dict() for row in generated],
    }
    if window and by_tokens(spec):
        values["window"] = [window.tokenizer.fingerprint, window.max_length]
    return _sha256(values)


def require_tokenizer(spec: DataSpec, window: Window | None) -> None:
    """Raise FTError `data.tokenizer` where rows are to be left out by tokens and nothing is known about tokens."""
    asked = [f"{CleanSpec.model_fields[code].title} (`{code}`)" for code in by_tokens(spec)]
    if asked and window is None:
        raise FTError(
            "data.tokenizer",
            f"Rows cannot be left out by {' and '.join(asked)} yet.",
            "That takes the base model's tokenizer, which is not on this machine.",
            f"Set {' and '.join(asked)} to keep, or choose a Base model that is on this machine.",
        )


def by_tokens(spec: DataSpec) -> list[str]:
    """The kinds of problem for which rows are left out by what the base model's tokenizer makes of them."""
    return [code for code in ("lost_characters", "too_long") if getattr(spec.clean, code) != "keep"]


def _sha256(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
