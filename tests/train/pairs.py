"""Preference data and runs on it for tests: the better answer to a message is the kind of the thing in it, the worse one another kind."""

import json
from pathlib import Path

from ft_core.data.prepare import prepare
from ft_core.data.store import Dataset
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.train import TrainSpec
from tests.helpers import THINGS, data_spec, make_run, toy_rows

SPEC = TrainSpec(
    method="lora",
    epochs=2,
    learning_rate=5e-3,
    batch_size=8,
    lora_rank=8,
    lora_alpha=16,
    evaluations=3,
    max_length=128,
    threads=1,
)


def make_pairs(datasets: Path, count: int = 64) -> Dataset:
    """A prepared preference dataset of `count` toy rows under `datasets`."""
    datasets.mkdir(parents=True, exist_ok=True)
    kinds = sorted(THINGS)
    source = datasets.parent / "pairs.jsonl"
    lines = [
        {"prompt": message, "chosen": label, "rejected": kinds[(kinds.index(label) + 1) % len(kinds)]}
        for message, label in toy_rows(count)
    ]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return prepare(source, data_spec().model_copy(update={"source": source.name}), "preference", datasets)


def make_pair_run(
    runs: Path, base: Path | str, dataset: Dataset, training: TrainSpec = SPEC, start: Run | None = None
) -> Run:
    """A run of the task preference that is ready to train, from the base model or from the result of `start`."""
    run = make_run(runs, base, dataset, training)
    model = {"base": str(base), "start": start.id if start else None}
    spec = project.parse(run.spec().model_dump(mode="json") | {"task": "preference", "model": model}, "run")
    data = run.data()
    if start is not None:
        data |= {"start": {"run": start.id, "weights_sha256": (start.training() or {})["weights_sha256"]}}
    return Run.create(runs, spec, data, run.environment())
