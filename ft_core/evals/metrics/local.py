"""`evaluate.Metric`s of ours as instances: never `evaluate.load(...)`, which would fetch code from the Hub."""

import tempfile
from collections.abc import Sequence
from typing import Any

import datasets
import evaluate


def described(description: str, predictions: Any, references: str) -> evaluate.MetricInfo:
    """What a metric says of itself; `predictions` is their feature, `references` the type of theirs, as `datasets.Value` names it."""
    features = datasets.Features({"predictions": predictions, "references": datasets.Value(references)})
    return evaluate.MetricInfo(description=description, citation="", features=features)


def computed(
    kinds: Sequence[type[evaluate.Metric]], predictions: Sequence[Any], references: Sequence[Any]
) -> dict[str, Any]:
    """What several metrics count, together."""
    # evaluate makes folders and lock files even when it keeps its data in memory: they go where they are removed again.
    with tempfile.TemporaryDirectory() as folder:
        combined = evaluate.combine([kind(keep_in_memory=True, cache_dir=folder) for kind in kinds])
        return combined.compute(predictions=list(predictions), references=list(references))
