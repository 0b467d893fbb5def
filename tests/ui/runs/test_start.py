"""What a new run starts from."""

import pytest

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.ui.runs.start import required_start, start_of
from ft_core.workspace import Workspace


def test_without_a_run_the_settings_are_those_of_the_project(example_home):
    workspace = Workspace(example_home)
    start = start_of(workspace, "", "")
    assert start is not None and start.run is None
    assert start.training().learning_rate == start.spec.training.learning_rate
    assert "tickets" in start.words([]) and "there is no run yet" in start.words([])


def test_the_selected_run_lends_its_settings_and_no_study(studied):
    workspace, (_, slow, search, _) = studied
    start = required_start(workspace, "", slow.id)
    assert start.spec.training.learning_rate == 5e-4
    assert slow.id[-6:] in start.words(workspace.runs())
    assert required_start(workspace, "", search.id).spec.sweep is None


def test_a_run_of_another_task_lends_nothing(studied):
    workspace, (_, slow, *_) = studied
    other = slow.spec().model_copy(update={"task": "preference"})
    slow.project.write_text(project.dump(other), encoding="utf-8")
    start = required_start(workspace, "", slow.id)
    assert "no run on such a task" in start.words(workspace.runs())
    assert start.run is None and start.spec.task == "classification" and start.spec.training.learning_rate != 5e-4


def test_without_a_dataset_there_is_nothing_to_start_from(workspace):
    with pytest.raises(FTError) as caught:
        required_start(workspace, "", "")
    assert caught.value.code == "data.missing"
