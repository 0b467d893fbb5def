"""Which study the page shows."""

import pytest

from ft_core.errors import FTError
from ft_core.ui.runs.study import required_study, shown_study, standing_of
from ft_core.worker.launch import JobView


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
    progress, failure, stop, resume = standing_of(JobView("done", step=3, total=4), "trial")
    assert "trial 4 of 4" in progress and not failure["visible"] and not stop["visible"] and not resume["visible"]
    assert standing_of(JobView("stopped", step=1, total=4), "trial")[3]["visible"]
