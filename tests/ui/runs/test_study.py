"""Which study the page shows."""

import pytest

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.settings.sweep import SweepSpec
from ft_core.ui.runs.study import required_study, shown_study, standing_of
from ft_core.worker import launch
from ft_core.worker.launch import JobView

WORDS = ("trial", "Start", "Go on")


def test_the_selected_study_else_the_newest(studied):
    workspace, (made, _, search, measure) = studied
    assert shown_study(workspace, search.id, "sweep") == search
    assert shown_study(workspace, made.id, "sweep") == search
    assert shown_study(workspace, made.id, "data_size") == measure


def test_none_where_there_is_none(workspace, example_run):
    assert shown_study(workspace, example_run.id, "sweep") is None
    with pytest.raises(FTError, match="nothing to do that with"):
        required_study(workspace, "")


def test_a_study_that_is_done_is_full_and_has_no_buttons():
    progress, failure, stop, resume = standing_of(JobView("done", step=3, total=4), *WORDS)
    assert "trial 4 of 4" in progress and not failure["visible"] and not stop["visible"] and not resume["visible"]
    stopped = standing_of(JobView("stopped", step=1, total=4), *WORDS)[3]
    assert stopped["visible"] and stopped["value"] == "Go on"


def test_a_study_that_was_taken_out_of_the_queue_is_shown_and_can_be_started(workspace, example_run):
    asked = example_run.spec().model_copy(update={"sweep": SweepSpec.model_validate({"settings": ["epochs"]})})
    example_run.project.write_text(project.dump(asked))
    assert shown_study(workspace, "", "sweep") == example_run and shown_study(workspace, "", "data_size") is None
    _, _, stop, start = standing_of(launch.view(workspace, example_run, "sweep"), *WORDS)
    assert not stop["visible"] and start["visible"] and start["value"] == "Start"
