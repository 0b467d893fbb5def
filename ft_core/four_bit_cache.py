"""Large base models in 4 bits, kept on disk once they were made: the next load reads a few bytes of each weight and quantises nothing.

Beside the Hub's own cache, for every workspace of this machine. What is loaded is the same to the bit.
"""

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from huggingface_hub import constants
from safetensors import SafetensorError
from transformers import PreTrainedModel

LEAST = 100_000_000  # bytes of weights, below which quantising takes no time
MOST = 20_000_000_000  # bytes of all that are kept; those used longest ago are removed
_MAKERS = ("torch", "transformers", "bitsandbytes")


def place(folder: Path, quantisation: str) -> Path | None:
    """Where a base model's weights are kept in 4 bits, or would be, told by its files, by how it is quantised and by who does; None for a small one."""
    files = sorted(folder.glob("*.safetensors"))
    if sum(path.stat().st_size for path in files) < LEAST:
        return None
    told = [f"{name} {metadata.version(name)}" for name in _MAKERS]
    for path in (folder / "config.json", *files):
        real, status = path.resolve(), path.stat()
        told.append(f"{real} {status.st_size} {status.st_mtime_ns}")
    key = hashlib.sha256("\n".join([quantisation, *told]).encode()).hexdigest()[:20]
    return Path(constants.HF_HOME) / "fine-tuning-studio" / "four-bit" / key


def find(kept: Path | None) -> Path | None:
    """The folder, when there is one; it is then the one used last."""
    if kept is None or not kept.is_dir():
        return None
    with suppress(OSError):  # another user's, or a disk that is only read
        os.utime(kept)
    return kept


def keep(model: PreTrainedModel, kept: Path | None) -> None:
    """Write the model there; nothing where the disk refuses it or is short of room."""
    if kept is None:
        return
    with suppress(OSError, SafetensorError):  # the second is what a full disk is called there
        kept.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(kept.parent).free < 4 * model.get_memory_footprint():
            return
        made = Path(tempfile.mkdtemp(prefix="making-", dir=kept.parent))
        try:
            model.save_pretrained(made)
            made.rename(kept)  # refused where another process was faster
        finally:
            shutil.rmtree(made, ignore_errors=True)
        _prune(kept.parent, spare=kept)


def remove(kept: Path) -> None:
    """One that cannot be read."""
    shutil.rmtree(kept, ignore_errors=True)


def _prune(folder: Path, spare: Path) -> None:
    """Keep those used last, as many as MOST allows."""
    total = 0
    for one in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True):
        total += sum(path.stat().st_size for path in one.iterdir())
        if total > MOST and one != spare:
            remove(one)
