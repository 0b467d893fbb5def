"""What a new run starts from."""

import pytest

from ft_core.errors import FTError
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


def test_without_a_dataset_there_is_nothing_to_start_from(workspace):
    with pytest.raises(FTError) as caught:
        required_start(workspace, "", "")
    assert caught.value.code == "data.missing"
