"""Wrong answers, corrected on the page, on their way to the Data tab."""

import shutil

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.evals import corrections, rows
from ft_core.pipeline.runs import create_run
from ft_core.ui import uploads
from ft_core.ui.data import looking, prepare
from ft_core.ui.data import rows as table
from ft_core.ui.evaluation import correct as tab
from tests.evals.reports import report

SEEN, AREA, LISTED, WORDS = range(4)


@pytest.fixture
def run(workspace, example_home):
    """A run on the example, with wrong answers to some of its test rows."""
    shutil.copytree(example_home, workspace.home)
    dataset = uploads.selected_dataset(workspace, "")
    assert dataset is not None
    made = create_run(workspace, uploads.project_of(workspace, dataset), dataset)
    answers = [
        {"row": one.row, "part": one.part, "prompt": one.question, "expected": one.answer}
        for one in dataset.examples("test")[:3]
    ]
    rows.write_answers(made, answers)
    made.write_report(report(n=len(answers)))
    return made


def test_corrected_rows_are_listed_removed_and_sent(workspace, run):
    first, second, third = rows.read_answers(run)
    dataset = uploads.selected_dataset(workspace, "")
    assert dataset is not None
    other = next(label for label in dataset.labels if label != first["expected"])
    for row, answer in ((first, other), (second, second["expected"]), (third, third["expected"])):
        opened, right = tab.opened(row)
        assert right == row["expected"]
        view = tab.add_correction(workspace, run.id, opened, answer)
    assert view[AREA]["visible"] and len(view[LISTED]["value"]) == 3 and "smaller by 3" in view[WORDS]
    assert view[LISTED]["choices"][0][0].endswith(f"→ {other}")
    view = tab.keep_corrections(workspace, run.id, view[LISTED]["value"][:2])
    assert len(view[LISTED]["choices"]) == 2 and tab.watch_corrections(workspace, view[SEEN], run.id) == gr.skip()
    refused, draft, identity, tabs = tab.send_corrections(workspace, run.id)
    assert identity == dataset.id and not refused["visible"] and tabs.selected == "data"
    seen = list(looking.look(workspace, draft, ""))[-1][2]
    *_, note, button = prepare.show_split(workspace, draft, seen)
    assert note["visible"] and f"{first['row']:,}" in note["value"]
    assert button["value"] == "Prepare again with 2 corrected rows"
    listed = table.list_rows(workspace, draft, seen, table.FIRST, "")["value"]["data"]
    listed[0][3] = True
    draft = table.edit_rows(workspace, draft, listed)  # the edits of the evaluation stay beside those by hand
    assert [one["action"] for one in draft["data"]["edits"]] == ["drop", "train", "train"]
    _, draft, _, _ = tab.send_corrections(workspace, run.id)
    *_, (_, _, refused, made) = prepare.prepare_dataset(workspace, draft, "", "random", None, 0.1, 0.2, 42, "drop")
    assert not refused["visible"]
    version = uploads.selected_dataset(workspace, made)
    assert version is not None and version.id != dataset.id
    gone = {first["row"], second["row"]}
    assert version.examples("test") == [one for one in dataset.examples("test") if one.row not in gone]
    assert {one.row: one.answer for one in version.examples("train")}[first["row"]] == other


def test_nothing_is_sent_that_cannot_be_learnt_from(workspace, run):
    opened, _ = tab.opened(rows.read_answers(run)[0])
    refused = {
        "correction.row": lambda: tab.add_correction(workspace, run.id, None, "x"),
        "correction.label": lambda: tab.add_correction(workspace, run.id, opened, "no such label"),
        "correction.answer": lambda: tab.add_correction(workspace, run.id, opened, " "),
    }
    for code, call in refused.items():
        with pytest.raises(FTError) as caught:
            call()
        assert caught.value.code == code and caught.value.fix
    assert "nothing to send" in tab.send_corrections(workspace, run.id)[0]["value"]
    tab.add_correction(workspace, run.id, opened, rows.read_answers(run)[0]["expected"])
    shutil.rmtree(
        workspace.uploads
    )  # as for a run that was made on the command line: the shipped example is there all the same
    refused, draft, *_ = tab.send_corrections(workspace, run.id)
    assert not refused["visible"] and uploads.find(workspace, draft["data"]["source"])
    shutil.rmtree(workspace.datasets)
    refused, *others = tab.send_corrections(workspace, run.id)
    assert "There is no dataset" in refused["value"] and others == [gr.skip()] * 3
    assert len(corrections.read(run)) == 1
    run.clear_report()
    assert not tab.watch_corrections(workspace, "", run.id)[AREA]["visible"]
    with pytest.raises(FTError, match="nothing to correct"):
        tab.keep_corrections(workspace, run.id, [])
