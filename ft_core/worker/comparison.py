"""Runs side by side: how each ended, what it cost, and the settings in which they differ. Reads files alone."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from ft_core.evals.versus import against_first
from ft_core.run import Run


def compare_runs(runs: Sequence[Run], dollars_per_hour: float | None = None) -> dict[str, Any]:
    """{"runs": [one dict a run], "differing_settings": {"training.learning_rate": [one value a run]}, "paired": what `versus.against_first` gives}.

    Of each run: run, name, status, dataset, steps, train_loss, validation_loss and best_validation_loss (nats per token), scores (metric ->
    the tuned model's on the test split), seconds trained, tokens_per_second, peak_memory_gb (1e9 bytes) and dollars: seconds at
    `dollars_per_hour`. What is not known yet is None. Raises FTError `project.*` for a run that cannot be read.
    """
    settings = [_flat(run.spec()) for run in runs]
    keys = dict.fromkeys(key for found in settings for key in found)
    columns = {key: [found.get(key) for found in settings] for key in keys}
    return {
        "runs": [_row(run, dollars_per_hour) for run in runs],
        "differing_settings": {
            key: values for key, values in columns.items() if any(value != values[0] for value in values)
        },
        "paired": against_first(runs),
    }


def _row(run: Run, dollars_per_hour: float | None) -> dict[str, Any]:
    """A run at work or killed has no result: what its measurements say until then."""
    state, report, metrics = run.job("train"), run.report(), run.metrics()
    known, result = _measured(metrics), run.training()
    if result and result["steps"] >= known.get("steps", 0):  # not of an earlier stop
        known |= {key: value for key, value in result.items() if value is not None}
    keys = ("steps", "train_loss", "validation_loss", "seconds", "tokens_per_second", "peak_memory_gb")
    validated = [row["loss"] for row in metrics if row["kind"] == "validation"]
    seconds = known.get("seconds")
    dollars = None if dollars_per_hour is None or seconds is None else round(seconds / 3600 * dollars_per_hour, 4)
    return {
        "run": run.id,
        "name": run.spec().name,
        "status": state.status if state else "none",
        "dataset": run.data().get("dataset"),
        **{key: known.get(key) for key in keys},
        "best_validation_loss": min(validated, default=None),
        "scores": {name: metric["tuned"] for name, metric in report["metrics"].items()} if report else {},
        "dollars": dollars,
    }


def _measured(metrics: list[dict[str, Any]]) -> dict[str, Any]:
    """Step, losses, speed and memory of the newest measurements."""
    train = [row for row in metrics if row["kind"] == "train"]
    validation = [row for row in metrics if row["kind"] == "validation"]
    found: dict[str, Any] = {}
    if train:
        found |= {"steps": train[-1]["step"], "train_loss": train[-1]["loss"]}
        found |= {"tokens_per_second": train[-1].get("tokens_per_second")}
        found |= {"peak_memory_gb": max(row.get("memory_gb", 0.0) for row in train) or None}
    if validation:
        found["validation_loss"] = validation[-1]["loss"]
    return found


def _flat(values: Any, before: str = "") -> dict[str, Any]:
    """Settings by their full keys, such as `training.learning_rate`; a list is one value."""
    if isinstance(values, BaseModel):
        values = values.model_dump(mode="json")
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= _flat(value, f"{before}{name}.") if isinstance(value, dict) and value else {f"{before}{name}": value}
    return found
