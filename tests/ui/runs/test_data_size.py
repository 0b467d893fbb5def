"""How much data is needed, on the page."""

import pytest

from ft_core.errors import FTError
from ft_core.ui.runs import data_size
from ft_core.worker import launch
from ft_core.workspace import Workspace


def test_without_a_dataset_the_form_is_hidden(workspace):
    _, empty, form, _ = data_size.show_size_form(workspace, "", "", "")
    assert empty["visible"] and not form["visible"]


def test_it_says_what_it_starts_from(example_home):
    seen, _, form, words = data_size.show_size_form(Workspace(example_home), "", "", "")
    assert form["visible"] and "tickets" in words and "no run yet" in words
    assert isinstance(data_size.show_size_form(Workspace(example_home), seen, "", ""), dict)


def test_a_measure_is_queued_with_its_parts(studied, supervised):
    workspace, (made, *_) = studied
    run = workspace.run(data_size.start_size(workspace, "", made.id, "25 %, 50, 100", False))
    plan = run.spec().data_size
    assert plan is not None and plan.shares == (0.25, 0.5, 1.0) and not plan.score
    assert launch.view(workspace, run, "data_size").status == "queued"


@pytest.mark.parametrize("shares", ["a half", "50", "50, 200"])
def test_parts_that_cannot_be_are_refused(studied, shares):
    workspace, (made, *_) = studied
    with pytest.raises(FTError) as caught:
        data_size.start_size(workspace, "", made.id, shares, True)
    assert caught.value.code == "settings.invalid" and len(workspace.runs()) == 4
    assert "Parts of the training examples" in caught.value.fix and "12.5, 25" in caught.value.fix, (
        "in per cent, as asked"
    )


def test_the_points_and_the_sentence_are_shown(studied):
    workspace, (_, _, _, measure) = studied
    shown = data_size.watch_size(workspace, "", measure.id)
    assert shown[1] == measure.id and "part 3 of 3" in shown[4]
    seen, sentence, loss, scores, table = data_size.watch_points(workspace, "", measure.id)
    assert "cannot be told" in sentence and not scores["visible"]
    points = measure.data_size()["points"]
    assert loss["y_title"] == "loss (nats per token)"
    assert list(loss["value"].dropna()["value"]) == [point["validation_loss"] for point in points]
    assert [row[1] for row in table["value"]["data"]] == [f"{point['examples']}" for point in points]
    assert table["value"]["headers"] == ["Part", "Training examples", "Validation loss", "Time"]
    assert isinstance(data_size.watch_points(workspace, seen, measure.id), dict)


def test_scores_are_a_second_curve(studied):
    workspace, (_, _, _, measure) = studied
    result = measure.data_size()
    scored = [point | {"score": 0.5, "low": 0.4, "high": 0.6} for point in result["points"]]
    measure.write_data_size(result | {"points": scored, "title": "Accuracy", "headline": "accuracy"})
    _, _, _, scores, table = data_size.watch_points(workspace, "", measure.id)
    assert scores["visible"] and scores["title"] == "Test score: Accuracy"
    assert table["value"]["data"][0][3:5] == ["0.5", "0.4 to 0.6"]


def test_it_is_stopped_and_goes_on(studied, supervised, job_state):
    workspace, (_, _, _, measure) = studied
    measure.write_job("data_size", job_state())
    data_size.stop_size(workspace, measure.id)
    assert measure.stop_requested() == "keep"
    measure.write_job("data_size", job_state("stopped"))
    assert data_size.watch_size(workspace, "", measure.id)[7]["visible"]
    data_size.resume_size(workspace, measure.id)
    assert launch.view(workspace, measure, "data_size").status == "queued"


def test_nothing_is_shown_before_there_is_one(workspace, example_run):
    assert not data_size.watch_size(workspace, "", "")[2]["visible"]
    assert data_size.watch_points(workspace, "", "")[1] == ""
