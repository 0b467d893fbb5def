"""A run with a classification head that was really trained, for the rooms that use one."""

from pathlib import Path

from ft_core.run import Run
from ft_core.settings.train import TrainSpec
from ft_core.train import training
from tests import helpers


def make_headed_run(home: Path) -> Run:
    """120 toy rows of three labels on the tiny base model under `home`; learnt well enough to be measured better."""
    settings = TrainSpec(
        method="lora",
        head="classification",
        epochs=12,
        learning_rate=1e-2,
        batch_size=8,
        evaluations=1,
        max_length=128,
        threads=1,
    )
    dataset = helpers.make_dataset(home / "datasets", 120)
    run = helpers.make_run(home / "runs", helpers.make_base_model(home / "base"), dataset, settings)
    assert training.train(run, lambda step, total, message: None)["status"] == "done"
    return run
