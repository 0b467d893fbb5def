"""Two presses of one button make one run; another button pressed quickly makes its own."""

import shutil

from filelock import FileLock

from ft_core.settings.data_size import DataSizeSpec
from ft_core.ui import uploads
from ft_core.ui.begin import begin
from ft_core.worker import launch
from ft_core.workspace import Workspace


def test_the_same_asked_twice_is_one_run_and_something_else_is_another(example_home, tmp_path):
    shutil.copytree(example_home, tmp_path / "home")
    workspace = Workspace(tmp_path / "home")
    workspace.queue.mkdir(parents=True, exist_ok=True)
    dataset = uploads.selected_dataset(workspace, "")
    assert dataset is not None
    spec = uploads.project_of(workspace, dataset)
    measured = spec.model_copy(update={"data_size": DataSizeSpec()})
    with FileLock(workspace.queue / "supervisor.lock"):  # nobody begins to work
        first = begin(workspace, measured, dataset, "train")
        assert begin(workspace, spec, dataset, "train") == first
        second = begin(workspace, measured, dataset, "data_size")
    assert workspace.run(first).spec().data_size is None and workspace.run(second).spec().data_size is not None
    assert second != first and len(workspace.runs()) == 2
    assert {(entry.run.id, entry.job) for entry in launch.entries(workspace.home)} == {
        (first, "train"),
        (second, "data_size"),
    }
