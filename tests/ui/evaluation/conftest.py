"""A run with a real evaluation."""

import shutil

import pytest

from ft_core.evals import report as reports


@pytest.fixture(scope="module")
def evaluation(tuned_home, tmp_path_factory):
    """The folder that a real evaluation left."""
    from ft_core.workspace import Workspace

    home = tmp_path_factory.mktemp("evaluated") / "home"
    shutil.copytree(tuned_home, home)
    run = Workspace(home).runs()[0]
    reports.evaluate(run, lambda *_: None)
    return run.evaluation


@pytest.fixture
def evaluated(tuned, evaluation):
    """The tuned run with that evaluation."""
    shutil.copytree(evaluation, tuned.evaluation)
    return tuned
