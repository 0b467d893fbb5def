from pathlib import Path

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.ui import uploads
from ft_core.ui.data import draft, versions
from tests.ui.data.prepared import make

STEP, TABLE, CHOICE, OTHER, PROJECT, ROWS, COMPARISON, ANYWAY, FAILURE, LINK = range(10)


@pytest.fixture
def pair(workspace, tmp_path):
    first = make(workspace, tmp_path)
    spec = draft.with_data(uploads.project_of(workspace, first), split={"test": 0.3})
    return first, uploads.prepare(workspace, spec)


def test_without_a_version_there_is_no_step(workspace):
    assert not versions.show_versions(workspace, "")[STEP]["visible"]


def test_all_versions_are_listed_newest_first_and_one_is_selected(workspace, pair):
    first, second = pair
    view = versions.show_versions(workspace, first.id)
    assert view[STEP]["visible"] and view[CHOICE]["value"] == first.id
    assert [identity for _, identity in view[CHOICE]["choices"]] == [second.id, first.id]
    assert [identity for _, identity in view[OTHER]["choices"]] == [second.id] and view[OTHER]["value"] == second.id
    table = [dict(zip(view[TABLE]["headers"], row, strict=True)) for row in view[TABLE]["data"]]
    assert [row["Version"] for row in table] == [second.id, f"{first.id} ✓"]
    assert table[1]["File"] == "asked.csv" and table[1]["Rows"] == "64" and table[1]["Generated"] == "–"
    assert not any(view[place]["visible"] for place in (COMPARISON, ANYWAY, FAILURE, LINK)), "said about another one"


def test_the_project_of_the_selected_version_can_be_downloaded(workspace, pair):
    for dataset, share in zip(pair, (0.2, 0.3), strict=True):
        view = versions.show_versions(workspace, dataset.id)
        downloaded = project.load(Path(view[PROJECT]["value"]))
        assert downloaded.data.split.test == share and downloaded.data.source == "asked.csv"
        assert not view[ROWS]["visible"]


def test_only_a_version_of_the_persons_own_can_be_chosen(workspace, pair):
    assert versions.choose_version(workspace, pair[0].id) == pair[0].id
    for identity in (None, "", "../x", "0123456789ab", "*"):
        with pytest.raises(FTError) as caught:
            versions.choose_version(workspace, identity)
        assert caught.value.code == "dataset.missing"


def test_a_version_alone_has_nothing_to_be_compared_with(workspace, tmp_path):
    dataset = make(workspace, tmp_path)
    assert versions.show_versions(workspace, dataset.id)[OTHER] == gr.update(choices=[], value=None)
