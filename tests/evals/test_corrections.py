"""Corrected answers: kept with the run, refused with a reason, and what a dataset makes of them."""

import pytest

from ft_core.data.prepare import prepare
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.evals import corrections
from ft_core.settings.data import EditSpec
from tests import helpers


@pytest.fixture
def run(tmp_path):
    base = tmp_path / "no-base"
    return helpers.make_run(tmp_path / "runs", base, helpers.make_dataset(tmp_path / "datasets", 60))


def test_corrections_are_kept_replaced_removed_and_learnt_from(run, tmp_path):
    dataset = Dataset.open(run.folder / run.data()["folder"])
    first, second, third = dataset.examples("test")[:3]
    other = next(label for label in dataset.labels if label != first.answer)
    corrections.add(run, first.row, "", first.answer)
    corrections.add(run, second.row, "", second.answer)
    corrections.add(run, third.row, "", third.answer)
    corrections.add(run, first.row, "", f" {other} ")
    corrections.remove(run, [(third.row, "")])
    found = corrections.read(run)
    assert [(one.row, one.answer, one.changed) for one in found] == [
        (second.row, second.answer, False),
        (first.row, other, True),
    ]
    before = dataset.spec.model_copy(update={"edits": (EditSpec(row=1, action="keep"), EditSpec(row=first.row, action="train"))})  # fmt: skip
    spec = corrections.taught(before, found)
    assert [(one.row, one.action, one.answer) for one in spec.edits[1:]] == sorted(
        [(first.row, "train", other), (second.row, "train", None)]
    )
    made = prepare(tmp_path / "toy.csv", spec, "classification", tmp_path / "datasets")
    assert made.examples("test") == [one for one in dataset.examples("test") if one.row not in (first.row, second.row)]
    assert {one.row: one.answer for one in made.examples("train")}[first.row] == other


def test_what_cannot_be_learnt_is_refused_with_its_reason(run):
    dataset = Dataset.open(run.folder / run.data()["folder"])
    row, trained = dataset.examples("test")[0].row, dataset.examples("train")[0].row
    refused = {
        "correction.answer": (row, "  "),
        "correction.label": (row, "no such label"),
        "correction.row": (trained, dataset.labels[0]),
    }
    for code, (number, answer) in refused.items():
        with pytest.raises(FTError) as caught:
            corrections.add(run, number, "", answer)
        assert caught.value.code == code
        assert code != "correction.label" or all(label in caught.value.why for label in dataset.labels)
    assert corrections.read(run) == []
