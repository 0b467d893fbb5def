"""The training settings of the same run with changes, for a copy of a run and for a trial of a sweep alike."""

import math
from typing import Any

from pydantic import PositiveInt, TypeAdapter, ValidationError

from ft_core.errors import FTError
from ft_core.settings.methods import HEADED, METHODS, Method, used_by
from ft_core.settings.train import TrainSpec


def change(training: TrainSpec, changes: dict[str, Any]) -> dict[str, Any]:
    """The settings with the changes, not checked yet. Raises FTError `settings.head` for a method that cannot have the head of the settings.

    Another method drops its learning rate, and what only one of the two has: both are to be chosen anew. Another LoRA rank, or rsLoRA for
    another method, keeps the adapter's strength: LoRA alpha over the rank, in rsLoRA over its square root.
    """
    values = training.model_dump(mode="json")
    method = changes.get("method", training.method)
    if training.head == "classification" and method in METHODS and method not in HEADED:
        raise FTError(
            "settings.head",
            f"{METHODS[method].title} cannot train a classification head.",
            "Its losses are those of written answers, which cannot be compared with those of labels.",
            "Choose another Method, or start a new run with Answer with set to written.",
        )
    if method != training.method and method in METHODS:
        values = {name: value for name, value in values.items() if used_by(method, name) and name != "learning_rate"}
    values |= changes
    if "lora_alpha" not in changes and "lora_alpha" in values:
        try:
            rank = TypeAdapter(PositiveInt).validate_python(values["lora_rank"])
        except ValidationError:  # told with all that is wrong when the settings are checked
            return values
        share = _divisor(method, rank) / _divisor(training.method, training.lora_rank)
        values["lora_alpha"] = max(1, round(training.lora_alpha * share))
    return values


def _divisor(method: str, rank: int) -> float:
    return math.sqrt(rank) if method == "rslora" else rank


def trial(training: TrainSpec, changes: dict[str, Any]) -> dict[str, Any]:
    """The settings of a trial, not checked yet: `change`, without what its method lacks, with a rate for it, as nothing is chosen anew."""
    values = change(training, changes)
    if "learning_rate" not in values:
        values["learning_rate"] = rate_for(training, values["method"])
    return {name: value for name, value in values.items() if used_by(values["method"], name)}


def rate_for(training: TrainSpec, method: Method) -> float:
    """The learning rate where nothing is chosen anew: that of the settings, as much higher or lower as the method wants it."""
    return min(1.0, training.learning_rate * METHODS[method].rate / METHODS[training.method].rate)
