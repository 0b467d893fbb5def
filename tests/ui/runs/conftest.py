"""A home with a search, a measure of the data's size and two trained runs in it, copied for each test that needs them."""

import shutil
import time

import pytest

from ft_core.pipeline.runs import duplicate
from ft_core.settings.data_size import DataSizeSpec
from ft_core.settings.sweep import SweepSpec
from ft_core.worker import jobs
from ft_core.workspace import Workspace
from tests.helpers import make_base_model
from tests.ui.runs.made import TRAINING, toy_project, toy_run


@pytest.fixture(scope="session")
def studied_home(tmp_path_factory):
    """Tests must not write to it. Oldest first: a run, the same with a tenth of the learning rate, a search, a measure."""
    home = tmp_path_factory.mktemp("studied") / "home"
    workspace = Workspace(home)
    base = make_base_model(tmp_path_factory.mktemp("studied-base"))
    spec = toy_project(workspace, base)
    made = [toy_run(workspace, spec, "train")]
    time.sleep(1)  # runs of one second have no order
    slow = duplicate(workspace, made[0], {"learning_rate": 5e-4})
    jobs.here(slow, "train")
    plan = SweepSpec.model_validate({"settings": {"learning_rate": [5e-3, 1e-2], "lora_rank": [4, 8]}, "trials": 4})
    search = toy_run(workspace, spec.model_copy(update={"sweep": plan.filled(TRAINING)}), "sweep")
    size = DataSizeSpec(shares=(0.25, 0.5, 1.0), score=False)
    measure = toy_run(workspace, spec.model_copy(update={"data_size": size}), "data_size")
    return home, [run.id for run in (made[0], slow, search, measure)]


@pytest.fixture
def studied(studied_home, workspace):
    """(workspace, runs) of this test's own."""
    home, identities = studied_home
    shutil.copytree(home, workspace.home)
    return workspace, [workspace.run(identity) for identity in identities]
