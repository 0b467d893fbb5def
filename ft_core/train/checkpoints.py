"""Checkpoints that can be trusted: each is sealed by a list of its files' sizes and hashes, written last."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ft_core.run import read_json, write_json

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
    write_json(folder / SEAL, {"version": 1, "step": step, "seconds": seconds, "files": files})


def newest(checkpoints: Path) -> Checkpoint | None:
    """The newest complete checkpoint. Those that are not (the process was killed, a disk failed) are removed on the way."""
    if not checkpoints.is_dir():
        return None
    folders = [folder for folder in checkpoints.glob(f"{PREFIX}*") if folder.name.removeprefix(PREFIX).isdigit()]
    for folder in sorted(folders, key=lambda folder: int(folder.name.removeprefix(PREFIX)), reverse=True):
        values = _read_seal(folder)
        if values is not None and _intact(folder, values["files"]):
            return Checkpoint(folder, values["step"], values["seconds"])
        shutil.rmtree(folder)
    return None


def prune(checkpoints: Path) -> None:
    """Keep the newest complete checkpoint alone."""
    kept = newest(checkpoints)
    for folder in checkpoints.glob(f"{PREFIX}*"):
        if kept is None or folder != kept.folder:
            shutil.rmtree(folder)


def _read_seal(folder: Path) -> dict[str, Any] | None:
    try:
        return read_json(folder / SEAL)
    except ValueError:
        return None


def _intact(folder: Path, files: dict[str, dict[str, Any]]) -> bool:
    for name, known in files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != known["size"] or sha256(path) != known["sha256"]:
            return False
    return True
