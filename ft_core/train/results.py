"""What a training leaves: an adapter, or a whole model, with its tokenizer, written whole or not at all."""

import hashlib
import os
import secrets
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path

from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ft_core import catalog
from ft_core.files import sync_folder, write_json
from ft_core.run import HEAD_LABELS, Run
from ft_core.settings.model import ModelSpec


def save(
    run: Run,
    model: PreTrainedModel | PeftModel,
    tokenizer: PreTrainedTokenizerFast,
    base: ModelSpec,
    beginning: Path | None = None,
    labels: Sequence[str] = (),
) -> str:
    """Write what was trained, replacing what is there only when it is complete and on the disk. Returns the SHA-256 of the weights.

    `beginning` is the folder with the adapter as PiSSA began it: peft then writes the difference to it, an ordinary LoRA adapter of
    twice the rank for the unchanged base. `labels` are those of a classification head, in the order of its numbers.
    """
    folder = run.adapter if isinstance(model, PeftModel) else run.model
    run.mend_result()
    temporary = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        _write(temporary, model, base, beginning)
        tokenizer.save_pretrained(temporary)
        if labels:
            write_json(temporary / HEAD_LABELS, {"version": 1, "labels": list(labels)})
        _to_disk(temporary)
        if folder.exists():
            folder.rename(run.before(folder))
        temporary.rename(folder)
        sync_folder(run.folder)
    finally:
        run.mend_result()  # also what is half written: a full disk needs its space
    return sha256(folder)


def _to_disk(folder: Path) -> None:
    """Make the files of a folder outlive a power cut."""
    for path in folder.iterdir():
        with open(path, "rb") as file:
            os.fsync(file.fileno())
    sync_folder(folder)


def _write(folder: Path, model: PreTrainedModel | PeftModel, base: ModelSpec, beginning: Path | None) -> None:
    if not isinstance(model, PeftModel):
        model.save_pretrained(folder)
        return
    if catalog.base_folder(base.base) is None:
        config = model.peft_config["default"]
        config.base_model_name_or_path, config.revision = base.base, base.revision
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PiSSA changes the base weights")  # this is what ends that
        model.save_pretrained(
            str(folder),
            selected_adapters=["default"],
            save_embedding_layers=False,
            path_initial_model_for_weight_conversion=str(beginning) if beginning else None,
        )
    # peft's card names a local path; ours is written when the run is shared
    (folder / "README.md").unlink(missing_ok=True)


def keep_beginning(run: Run, model: PeftModel) -> Path:
    """Write the adapter as it is before its first step; the folder."""
    folder = run.folder / "beginning"
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(str(folder), save_embedding_layers=False)
    return folder


def sha256(folder: Path) -> str:
    """The SHA-256 in hexadecimal of all weights in a folder, file after file in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with open(path, "rb") as file:
            while block := file.read(2**20):
                digest.update(block)
    return digest.hexdigest()
