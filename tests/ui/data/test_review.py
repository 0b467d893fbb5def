"""Deciding about generated rows, and the version that has the accepted ones: with the real commands."""

import gradio as gr
import pytest

from ft_core.data.augment import review as file
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.ui import uploads
from ft_core.ui.data import draft, generated, more, review
from tests.ui.data.prepared import make, row

SEEN, AREA, COUNTER, ROW, IDENTITY, SOURCE, TEXT, ANSWER, CHECKS, ACCEPT, REJECT, UNDO, REST, AGAIN = range(14)
REFUSED, DRAFT, DATASET = 2, 3, 4


@pytest.fixture
def dataset(workspace, tmp_path):
    return make(workspace, tmp_path)


@pytest.fixture
def rows(workspace, dataset):
    rows = [
        row("A wholly new question, about a lamp", "billing", 3),
        row("One that <b>nobody</b> has asked before", "delivery", 5, writer="big_model"),
        row("The third of them asks about winter", "billing", 7),
    ]
    with generated.making(workspace, dataset) as path:
        file.save(path, rows)
    return rows


def test_there_is_nothing_to_review_before_rows_are_made(workspace, dataset):
    view = review.watch_review(workspace, "", dataset.id)
    assert not view[AREA]["visible"] and not view[AGAIN]["visible"]
    assert review.watch_review(workspace, view[SEEN], dataset.id) == gr.skip()


def test_one_row_after_the_other_is_decided_and_taken_back(workspace, dataset, rows):
    view = review.watch_review(workspace, "", dataset.id)
    assert view[COUNTER].startswith("**0 of 3 decided**") and view[AREA]["visible"] and not view[UNDO]["visible"]
    assert (view[IDENTITY], view[TEXT], view[ANSWER]) == (rows[0].id, rows[0].messages[0].content, "billing")
    assert view[SOURCE] == gr.update(value="what it was made of", label="Its source: row 3")
    assert "Not checked: whether the answer still fits" in view[CHECKS]
    view = review.accept_row(workspace, dataset.id, view[IDENTITY])
    assert view[IDENTITY] == rows[1].id and view[COUNTER].startswith("**1 of 3 decided** · 1 accepted")
    assert view[TEXT] == "One that <b>nobody</b> has asked before" and "big\\_model" in view[CHECKS]
    assert review.watch_review(workspace, view[SEEN], dataset.id) == gr.skip()
    again = review.accept_row(workspace, dataset.id, rows[0].id)
    assert again[IDENTITY] == rows[1].id, "a key pressed twice decides about the row that was shown"
    view = review.reject_row(workspace, dataset.id, rows[1].id)
    assert view[IDENTITY] == rows[2].id and "1 rejected" in view[COUNTER]
    view = review.undo_row(workspace, dataset.id)
    assert view[IDENTITY] == rows[1].id and view[COUNTER].startswith("**1 of 3 decided**")
    view = review.accept_left(workspace, dataset.id)
    assert view[COUNTER].startswith("**3 of 3 decided** · 3 accepted") and not view[ROW]["visible"]
    assert view[AGAIN]["value"] == "Prepare again with 3 accepted rows" and view[AGAIN]["visible"]


def test_the_accepted_rows_are_in_the_training_split_of_the_next_version(workspace, dataset, rows):
    review.accept_row(workspace, dataset.id, rows[0].id)
    review.reject_row(workspace, dataset.id, rows[1].id)
    *_, (_, _, refused, values, identity) = review.prepare_again(workspace, dataset.id)
    assert not refused["visible"] and identity != dataset.id
    second = uploads.selected_dataset(workspace, identity)
    assert second is not None and second.report["generated"]["used"] == 1
    assert [one.question for one in second.examples("train") if one.generated] == [rows[0].messages[0].content]
    for split in ("validation", "test"):
        assert second.examples(split) == dataset.examples(split)
    assert second.counts["train"] == dataset.counts["train"] + 1
    assert draft.opened(workspace, values) == uploads.project_of(workspace, second)
    holds = more.show_more(workspace, identity)[1]
    assert holds["visible"] and "**1 generated row** is among" in holds["value"] and "Evaluation" in holds["value"]
    view = review.watch_review(workspace, "", identity)
    assert view[IDENTITY] == rows[2].id and not view[AGAIN]["visible"], "nothing new is accepted"
    view = review.accept_row(workspace, identity, rows[2].id)
    assert view[AGAIN]["value"] == "Prepare again with 2 accepted rows"
    downloaded = project.parse(values, "draft").data.generated
    assert downloaded is not None and uploads.title(downloaded) == "generated.jsonl"
    assert not list(workspace.uploads.glob(".draft*"))


def test_without_an_accepted_row_it_is_the_version_without_any(workspace, dataset, rows):
    assert list(review.prepare_again(workspace, dataset.id))[-1][DATASET] == dataset.id


def test_what_the_command_refuses_is_told(workspace, dataset, rows):
    review.accept_left(workspace, dataset.id)
    spec = uploads.project_of(workspace, dataset)
    columns = spec.data.columns.model_copy(update={"prompt": "nowhere", "answer": "label"})
    uploads.remember(workspace, dataset.id, spec.model_copy(update={"data": spec.data.model_copy(update={"columns": columns})}))  # fmt: skip
    *_, step = review.prepare_again(workspace, dataset.id)
    assert step[REFUSED]["visible"] and "nowhere" in step[REFUSED]["value"] and step[DATASET] == gr.skip()


@pytest.mark.parametrize("identity", ["", "../x", "0123456789ab"])
def test_rows_that_are_not_there_cannot_be_decided(workspace, dataset, rows, identity):
    for decided in (review.accept_row, review.reject_row):
        with pytest.raises(FTError) as caught:
            decided(workspace, dataset.id, identity)
        assert caught.value.code == "generated.row"


def test_an_ended_preparation_leaves_whole_versions_alone(workspace, dataset, rows):
    review.accept_left(workspace, dataset.id)
    running = review.prepare_again(workspace, dataset.id)
    next(running)
    running.close()
    names = {folder.name for folder in workspace.datasets.iterdir()}
    assert dataset.id in names and not any(name.startswith(".") for name in names)
    for name in names:  # on a busy machine the preparation may have been quicker than its end
        version = Dataset.open(workspace.dataset(name))
        assert len(version.examples("train")) == version.counts["train"]
    assert not review.stopped_again(workspace)[1]["visible"]
