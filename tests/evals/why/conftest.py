"""A run that has learnt to tell things apart, evaluated for real."""

import pytest

from ft_core.evals import report
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import training
from ft_core.workspace import Workspace
from tests.helpers import make_base_model, make_dataset, make_run

LEARNS = TrainSpec(method="full", epochs=10, learning_rate=3e-3, batch_size=8, evaluations=2, max_length=128, threads=1)


@pytest.fixture(scope="package")
def told_apart(tmp_path_factory):
    """In a home of its own: the label is the kind of the thing that a message names."""
    workspace = Workspace(tmp_path_factory.mktemp("why") / "home")
    base = make_base_model(tmp_path_factory.mktemp("why-base"))
    asked = EvalSpec(few_shot=0, max_new_tokens=8, forgetting=False)
    run = make_run(workspace.runs_folder, base, make_dataset(workspace.datasets, 240), LEARNS, asked)
    training.train(run, lambda *_: None)
    report.evaluate(run, lambda *_: None)
    return run
