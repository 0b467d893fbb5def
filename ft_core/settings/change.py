"""The training settings of the same run with changes, for a copy of a run and for a trial of a sweep alike."""

import math
from typing import Any

from pydantic import PositiveInt, TypeAdapter, ValidationError

from ft_core.settings.methods import METHODS, Method, used_by
from ft_core.settings.train import TrainSpec


def change(training: TrainSpec, changes: dict[str, Any]) -> dict[str, Any]:
    """The settings with the changes, not checked yet.

    Another method drops its learning rate, and what only one of the two has: both are to be chosen anew. Another LoRA rank, or rsLoRA for
    another method, keeps the adapter's strength: LoRA alpha over the rank, in rsLoRA over its square root.
    """
    values = training.model_dump(mode="json")
    method = changes.get("method", training.method)
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


def rate_for(training: TrainSpec, method: Method) -> float:
    """The learning rate where nothing is chosen anew: that of the settings, as much higher or lower as the method wants it."""
    return min(1.0, training.learning_rate * METHODS[method].rate / METHODS[training.method].rate)
