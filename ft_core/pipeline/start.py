"""Where a training starts: another run's result, with what then follows for base model and adapter."""

import json
import os
from pathlib import Path
from typing import Any

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings.methods import LORA, METHODS, WHOLE_MODEL, in_four_bits
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.workspace import Workspace


def started(workspace: Workspace, spec: ProjectSpec) -> ProjectSpec:
    """The project with base model and method as its `model.start` has them; the same project when it names none.

    `model.start` becomes the run's id. Raises FTError `run.missing`, `model.untrained`, `model.start_elsewhere`, `model.start_head`, `model.other_base`,
    `model.start_method`, or `model.other_shape` for a setting that is given and differs from that of the run's adapter.
    """
    if spec.model.start is None:
        return spec
    start = workspace.run_or_path(spec.model.start)
    if workspace.runs_folder.resolve() not in start.folder.resolve().parents:
        raise FTError(
            "model.start_elsewhere",
            f"Run {start.id} is not in this workspace.",
            "A training starts from a run beside it, so that both stay together.",
            "Choose a Start that `python -m ft_core runs` lists.",
        )
    if not start.is_trained:
        raise FTError(
            "model.untrained",
            f"Run {start.id} has no trained model to start from.",
            "Its training has neither finished nor been stopped.",
            "Train it first, or choose another Start.",
        )
    if start.head_labels():
        raise FTError(
            "model.start_head",
            f"No training can start from run {start.id}.",
            "It chooses labels by a classification head, and does not write.",
            "Choose another Start.",
        )
    model, training = _base(spec.model, start), _method(spec, start)
    return spec.model_copy(update={"model": model, "training": training})


def record(workspace: Workspace, spec: ProjectSpec) -> dict[str, Any]:
    """What a run's data.json says of a project that `started` has gone over: {"start": {"run", "weights_sha256"}}, or {}."""
    if spec.model.start is None:
        return {}
    start = workspace.run(spec.model.start)
    return {"start": {"run": start.id, "weights_sha256": (start.training() or {}).get("weights_sha256")}}


def _base(model: ModelSpec, start: Run) -> ModelSpec:
    used = start.spec().model
    revision = start.model_revision or used.revision
    given = model.model_fields_set
    other_base = "base" in given and model.base not in (used.base, _absolute(used.base))
    if (other_base and _absolute(model.base) != used.base) or (model.revision or revision) != revision:
        raise FTError(
            "model.other_base",
            f"Run {start.id} was trained from another base model.",
            f"It is {_called(used.base, revision)}; the project says {_called(model.base, model.revision)}.",
            "Leave out Base model and Revision, or choose another Start.",
        )
    return ModelSpec(base=used.base, revision=revision, start=start.id)


def _absolute(base: str) -> str:
    return str(Path(os.path.expanduser(base)).resolve())  # not Path's own: it raises for a user who is not there


def _called(base: str, revision: str | None) -> str:
    return f"{base} at {revision}" if revision else base


def _method(spec: ProjectSpec, start: Run) -> TrainSpec:
    """The training settings with those that the run's result decides. Raises FTError `model.start_method` or `model.other_shape`."""
    training, old = spec.training, start.spec().training
    if old.method not in (*LORA, *WHOLE_MODEL):
        raise FTError(
            "model.start_method",
            f"A training cannot start from run {start.id}.",
            f"It was made with {METHODS[old.method].title}, which is not trained on from.",
            "Choose a Start made with LoRA, one of its kin, or full fine-tuning.",
        )
    decided: dict[str, Any] = {"method": old.method}
    if old.method in LORA:
        # PiSSA leaves an ordinary adapter of twice the rank: its file says how large it is, not the project.
        config = json.loads((start.adapter / "adapter_config.json").read_text(encoding="utf-8"))
        decided |= {"initialisation": "default", "lora_rank": config["r"], "lora_alpha": config["lora_alpha"]}
        # A training on pairs has none: it is switched off in the adapter, too.
        decided |= {} if spec.task == "preference" else {"lora_dropout": config["lora_dropout"]}
        if old.method != "qlora" and in_four_bits(old.method, old.four_bit):
            decided["four_bit"] = True
    elif training.method in WHOLE_MODEL:
        decided = {"method": training.method}
    differing = [
        f"{TrainSpec.model_fields[name].title} {getattr(training, name)} (there {value})"
        for name, value in decided.items()
        if name in training.model_fields_set and getattr(training, name) != value
    ]
    if differing:
        raise FTError(
            "model.other_shape",
            f"Run {start.id} left {'a model' if old.method in WHOLE_MODEL else 'an adapter'} of another shape.",
            f"The project asks for {', '.join(differing)}.",
            "Leave these settings out, or choose another Start.",
        )
    return training.model_copy(update=decided)
