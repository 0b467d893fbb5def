"""Checkpoints that can be trusted: each is sealed by a list of its files' sizes and hashes, and a hash of that list, written last."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ft_core.files import read_json, write_json

SEAL = "complete.json"
PREFIX = "checkpoint-"  # transformers' name for a checkpoint's folder


@dataclass(frozen=True)
class Checkpoint:
    """A complete checkpoint. `seconds` is the time trained until then, over all attempts."""

    folder: Path
    step: int
    seconds: float


def sha256(path: Path) -> str:
    """A file's SHA-256 in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(folder: Path, step: int, seconds: float) -> None:
    """Declare a checkpoint complete."""
    files = {
        path.name: {"size": path.stat().st_size, "sha256": sha256(path)}
        for path in sorted(folder.iterdir())
        if path.name != SEAL
    }
    values = {"version": 2, "step": step, "seconds": seconds, "files": files}
    write_json(folder / SEAL, values | {"sha256": _hash(values)})


def newest(checkpoints: Path, damaged: Callable[[int], None] = lambda step: None) -> Checkpoint | None:
    """The newest complete checkpoint. Those that are not are removed on the way: a killed process leaves one without a seal.

    One with a seal that does not fit has been changed since, by a failing disk say: `damaged` is told its step.
    """
    for folder in reversed(_folders(checkpoints)):
        if (found := _checked(folder)) is not None:
            return found
        if (folder / SEAL).exists():
            damaged(_step(folder))
        shutil.rmtree(folder)
    return None


def last_step(checkpoints: Path) -> int:
    """The step of the newest sealed checkpoint, 0 without one; a glance at the names, which trusts the seals."""
    return max((_step(folder) for folder in _folders(checkpoints) if (folder / SEAL).exists()), default=0)


def remove_unsealed(checkpoints: Path) -> None:
    """Remove what was being written when a disk was full, so that its space is there for what must still be said."""
    for folder in _folders(checkpoints):
        if not (folder / SEAL).is_file():
            shutil.rmtree(folder)


def at(checkpoints: Path, step: int) -> Checkpoint | None:
    """The checkpoint after `step` steps; None when there is none, or it is damaged."""
    folder = checkpoints / f"{PREFIX}{step}"
    return _checked(folder) if folder.is_dir() else None


def prune(checkpoints: Path, keep: set[int], limit_gb: float) -> None:
    """Remove the oldest checkpoints until all together take at most `limit_gb` (1e9 bytes); the newest and those in `keep` stay."""
    folders = _folders(checkpoints)
    sizes = {folder: sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) for folder in folders}
    taken = sum(sizes.values())
    for folder in folders[:-1]:
        if taken <= limit_gb * 1e9:
            return
        if _step(folder) not in keep:
            shutil.rmtree(folder)
            taken -= sizes[folder]


def _folders(checkpoints: Path) -> list[Path]:
    """Oldest first."""
    found = [folder for folder in checkpoints.glob(f"{PREFIX}*") if folder.name.removeprefix(PREFIX).isdigit()]
    return sorted(found, key=_step)


def _step(folder: Path) -> int:
    return int(folder.name.removeprefix(PREFIX))


def _checked(folder: Path) -> Checkpoint | None:
    values = _read_seal(folder)
    if values is None or not _intact(folder, values["files"]):
        return None
    return Checkpoint(folder, values["step"], values["seconds"])


def _read_seal(folder: Path) -> dict[str, Any] | None:
    """What `seal` wrote, to the last character; None when it is anything else."""
    try:
        values = read_json(folder / SEAL)
    except ValueError:
        return None
    if not isinstance(values, dict) or values.pop("sha256", None) != _hash(values):
        return None
    return values if (values.get("version"), values.get("step")) == (2, _step(folder)) else None


def _hash(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _intact(folder: Path, files: dict[str, dict[str, Any]]) -> bool:
    for name, known in files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != known["size"] or sha256(path) != known["sha256"]:
            return False
    return True
