"""A workspace with the example in it, and a run to look at."""

import shutil
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from ft_core.jobs import JobState
from ft_core.pipeline.runs import create_run
from ft_core.run import Run
from ft_core.settings.evaluation import EvalSpec
from ft_core.ui import uploads
from ft_core.worker import commands
from ft_core.workspace import Workspace
from tests import helpers
from tests.hub.made import save_adapter


@pytest.fixture(scope="session")
def example_home(tmp_path_factory) -> Path:
    """A home in which the example is prepared. Tests must not write to it."""
    home = tmp_path_factory.mktemp("example-home")
    workspace = Workspace(home)
    uploads.prepare(workspace, uploads.keep_example(workspace))
    return home


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def example_run(workspace, example_home) -> Run:
    """A run on the example's dataset that has trained three steps of ten."""
    other = Workspace(example_home)
    dataset = uploads.selected_dataset(other, "")
    assert dataset is not None
    run = create_run(workspace, uploads.project_of(other, dataset), dataset)
    for step in (1, 2, 3):
        run.append_metric({"kind": "train", "step": step, "epoch": step / 10, "time": 0.0, "loss": 2.0 / step, "token_accuracy": 0.3, "learning_rate": 2e-3,
                           "gradient_norm": 1.0, "tokens": 100, "tokens_per_second": 50.0, "memory_gb": 0.5})  # fmt: skip
    run.append_metric({"kind": "validation", "step": 3, "epoch": 0.3, "time": 0.0, "loss": 0.9, "token_accuracy": 0.4})
    run.append_sample({"step": 0, "row": 1, "prompt": "p", "expected": "e", "answer": "base"})
    run.append_sample({"step": 3, "row": 1, "prompt": "p", "expected": "e", "answer": "now"})
    return run


@pytest.fixture
def job_state():
    """A job state of this very process."""
    me = psutil.Process()

    def make(status="running", step=3, total=10, port=None):
        return JobState(
            status=status,
            step=step,
            total=total,
            pid=me.pid,
            process_start=me.create_time(),
            started=0.0,
            heartbeat=0.0,
            port=port,
        )

    return make


@pytest.fixture(scope="session")
def tuned_home(tmp_path_factory) -> Path:
    """A home with a run on a tiny base model whose adapter has random weights. Tests must not write to it."""
    home = tmp_path_factory.mktemp("tuned") / "home"
    workspace = Workspace(home)
    base = helpers.make_base_model(tmp_path_factory.mktemp("tuned-base"))
    asked = EvalSpec(few_shot=2, max_new_tokens=8)
    run = helpers.make_run(workspace.runs_folder, base, helpers.make_dataset(workspace.datasets, 60), evaluation=asked)
    save_adapter(base, run.adapter)
    return home


@pytest.fixture
def tuned(tuned_home, workspace) -> Run:
    """That run in this test's own workspace."""
    shutil.copytree(tuned_home, workspace.home)
    return workspace.runs()[0]


@pytest.fixture
def begun(monkeypatch):
    """The arguments and the environment of each command that the page begins."""
    seen, begin = [], commands.begin
    monkeypatch.setattr(commands, "begin", lambda *given: seen.append(given) or begin(*given))
    return seen


@pytest.fixture
def supervised(workspace):
    """A supervisor is at work, as far as its lock tells; it does nothing."""
    workspace.queue.mkdir(parents=True)
    with FileLock(workspace.queue / "supervisor.lock"):
        yield
