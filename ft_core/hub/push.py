"""Sharing a run on the Hub: one repository with the adapter or the whole model, its card, its settings and its measured results.

What is pushed is gathered in a temporary folder first. peft writes the path of a local base model into the adapter's settings;
there it would help nobody and tell a path of this machine. A local base model (the starter model too) therefore travels in `base/`;
a whole model needs none.
"""

import json
import shutil
from pathlib import Path, PurePath
from typing import Any

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from ft_core import catalog
from ft_core.errors import FTError
from ft_core.files import read_json, write_json, write_text
from ft_core.hub.card import is_whole, model_card, revision, tokenizer_folder
from ft_core.hub.upload import upload
from ft_core.jobs import Progress
from ft_core.run import HEAD_LABELS, Run
from ft_core.settings import project
from ft_core.settings.model import ModelSpec

BASE = "base"
_TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "tokenizer.model",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
)
_LICENCES = ("LICENSE*", "NOTICE*")
_BASE_FILES = (
    *_TOKENIZER,
    "*.safetensors",
    "model.safetensors.index.json",
    "config.json",
    "generation_config.json",
    *_LICENCES,
)
# What an earlier push of another run may have left in the repository and this one may not replace.
_OURS = [
    f"{BASE}/*",
    "adapter_config.json",
    "adapter_model.safetensors",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "model.safetensors.index.json",
    "model-*-of-*.safetensors",
    "evaluation/report.json",
    "metrics.jsonl",
    HEAD_LABELS,
]


def push(run: Run, repo: str, private: bool, token: str | None, progress: Progress) -> dict[str, Any]:
    """Create `repo` (owner/name) unless it is there and upload the run in one commit; again changes only what is new.

    Returns {"url", "commit", "repo", "private"}: `private` is what the repository is. Raises FTError `run.no_adapter`, `hub.token`,
    `hub.name`, `hub.public` (private was asked, the repository is public) and what `auth.explain` names. Nothing local changes on failure.
    """
    if not run.is_trained:
        raise FTError(
            "run.no_adapter",
            "There is nothing to share yet.",
            f"Run {run.id} has no trained model.",
            "Finish the training in the Training tab, then push again.",
        )
    return upload(
        repo, "model", lambda folder: stage(run, repo, folder), f"Run {run.id}", list(_OURS), private, token, progress
    )


def stage(run: Run, repo: str | None, folder: Path) -> None:
    """Put everything that is pushed into `folder`. Raises FTError `run.incomplete`, or `model.missing` when a local base model is gone."""
    spec = run.spec()
    base = catalog.base_folder(spec.model.base)
    if base is None:
        _check_hub_base(spec.model.base)
    if is_whole(run):
        _stage_whole(run, base, folder)
    else:
        _stage_adapter(run, base, folder)
    model = ModelSpec(base=spec.model.base, revision=revision(run))
    if base is not None:
        model = ModelSpec(base=catalog.STARTER if spec.model.base == catalog.STARTER else BASE)
    spec = spec.model_copy(update={"data": spec.data.renamed(_without_folder), "model": model})
    write_text(folder / "project.yaml", project.dump(spec))
    write_text(folder / "README.md", model_card(run, repo))
    report = run.report()
    if report is not None:
        write_json(folder / "evaluation" / "report.json", report)
    metrics = run.metrics()
    if metrics:
        write_text(folder / "metrics.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in metrics))


def _stage_adapter(run: Run, base: Path | None, folder: Path) -> None:
    weights = run.adapter / "adapter_model.safetensors"
    if not weights.is_file():
        raise _incomplete(f"{weights.name} is missing from run {run.id}.")
    shutil.copyfile(weights, folder / weights.name)
    config = json.loads((run.adapter / "adapter_config.json").read_text(encoding="utf-8"))
    # "base" is where the base model lies in the repository: right for whoever works inside the downloaded folder, and never a path of this machine.
    config["base_model_name_or_path"] = run.spec().model.base if base is None else BASE
    config["revision"] = revision(run) if base is None else None
    if "tokenizer_name_or_path" in config:  # of prompt tuning
        config["tokenizer_name_or_path"] = (
            config["base_model_name_or_path"] if config["tokenizer_name_or_path"] else None
        )
    write_json(folder / "adapter_config.json", config)
    if run.head_labels():
        shutil.copyfile(run.adapter / HEAD_LABELS, folder / HEAD_LABELS)
    tokenizer = tokenizer_folder(run)
    if tokenizer is not None:
        _copy(tokenizer, _TOKENIZER, folder)
    if base is not None:
        _stage_base(base, folder / BASE)


def _stage_whole(run: Run, base: Path | None, folder: Path) -> None:
    """The model with its tokenizer, and what a local base model says about its licence."""
    parts = read_json(run.model / "model.safetensors.index.json")
    weights = set(parts["weight_map"].values()) if parts else {"model.safetensors"}
    for name in ("config.json", *sorted(weights)):
        if not (run.model / name).is_file():
            raise _incomplete(f"{name} is missing from run {run.id}.")
    _copy(run.model, _BASE_FILES, folder)
    if base is not None:
        _copy(base, _LICENCES, folder)


def _incomplete(why: str) -> FTError:
    return FTError(
        "run.incomplete",
        "The trained model is not whole.",
        why,
        "Resume the training in the Training tab, then push again.",
    )


def _stage_base(base: Path, folder: Path) -> None:
    """Link to the weights (they may be large, and the upload reads through links), copy the rest without paths in it."""
    folder.mkdir()
    _copy(base, _BASE_FILES, folder)


def _copy(source: Path, patterns: tuple[str, ...], folder: Path) -> None:
    for pattern in patterns:
        for path in sorted(source.glob(pattern)):
            if path.suffix == ".safetensors":
                (folder / path.name).symlink_to(path.resolve())
            elif path.suffix == ".json":
                values = json.loads(path.read_text(encoding="utf-8"))
                write_json(folder / path.name, _without_paths(values) if "config" in path.name else values)
            else:
                shutil.copyfile(path, folder / path.name)


def _without_paths(values: dict[str, Any]) -> dict[str, Any]:
    """transformers notes where a model or tokenizer was loaded from; that is a path of this machine."""
    return {
        key: value for key, value in values.items() if key not in ("_name_or_path", "name_or_path", "tokenizer_file")
    }


def _without_folder(source: str) -> str:
    """A data file's name alone; a Hub dataset id (owner/name) stays as it is."""
    path = PurePath(source)
    return (
        source
        if len(path.parts) <= 2 and not path.suffix and not path.is_absolute() and ".." not in path.parts
        else path.name
    )


def _check_hub_base(base: str) -> None:
    try:
        validate_repo_id(base)
    except HFValidationError as error:
        raise FTError(
            "model.missing",
            "The base model of this run is gone.",
            "It was trained on a local folder that is not there any more.",
            "Put the folder back where it was, and push again.",
        ) from error
