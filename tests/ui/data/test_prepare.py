import pytest

from ft_core.errors import FTError
from ft_core.ui import uploads
from ft_core.ui.data import bring, looking, prepare

SPLIT = ("random", None, 0.1, 0.2, 42, "drop")


@pytest.fixture
def draft(workspace):
    return bring.use_example(workspace)[0]


def prepared(workspace, draft, split=SPLIT):
    """The last of what the handler yields."""
    return list(prepare.prepare_dataset(workspace, draft, "", *split))[-1]


def test_what_is_kept_on_request_stays_as_it_is(workspace, draft):
    one = uploads.selected_dataset(workspace, prepared(workspace, draft)[3])
    kept = draft | {"data": draft["data"] | {"clean": {"html": "keep"}}}
    other = uploads.selected_dataset(workspace, prepared(workspace, kept)[3])
    assert one is not None and other is not None and one.id != other.id
    assert uploads.project_of(workspace, other).data.clean.html == "keep"
    changed = [{row["code"]: row["changed"] for row in dataset.report["steps"]}["html"] for dataset in (one, other)]
    assert changed[0] > 0 and changed[1] == 0
    assert not list(workspace.uploads.glob(".draft*"))


def test_a_dataset_goes_to_the_person_who_asked(workspace, draft):
    from ft_core.workspace import Workspace

    ada = Workspace(workspace.home, "ada")
    draft = bring.use_example(ada)[0]
    identity = prepared(ada, draft)[3]
    assert (ada.datasets / identity).is_dir() and not workspace.datasets.exists()


def test_a_wrong_split_names_its_control(workspace, draft):
    with pytest.raises(FTError, match="Test share"):
        prepared(workspace, draft, ("random", None, 0.1, 0.9, 42, "drop"))
    with pytest.raises(FTError, match="Test share"):
        prepare.choose_split(workspace, draft, "random", None, 0.1, 7, 42, "drop")


def test_what_the_command_refuses_is_told_in_the_step(workspace, draft):
    _, _, refused, identity = prepared(workspace, draft, ("random", None, 0.5, 0.5, 42, "drop"))
    assert refused["visible"] and "Nothing is left to train on" in refused["value"]
    assert identity == {"__type__": "update"}


def test_the_split_is_kept_in_the_draft_and_shown_again(workspace, draft):
    changed, note = prepare.choose_split(workspace, draft, "group", "customer", 0.2, 0.3, 7, "keep")
    assert not note["visible"]
    seen = list(looking.look(workspace, changed, ""))[-1][2]
    step, *values, corrected, button = prepare.show_split(workspace, changed, seen)
    assert not corrected["visible"] and button["value"] == "Prepare dataset"
    assert step["visible"] and values[1]["value"] == "customer" and "message" in values[1]["choices"]
    assert [values[0], *values[2:]] == ["group", 0.2, 0.3, 7, "keep"]
    assert not prepare.show_split(workspace, changed, None)[0]["visible"]
    assert not prepare.stopped(workspace)[1]["visible"]


def test_a_split_without_its_column_waits_for_it(workspace, draft):
    kept, note = prepare.choose_split(workspace, draft, "group", None, 0.1, 0.2, 42, "drop")
    assert kept == {"__type__": "update"} and note["visible"] and "Split column" in note["value"]


def test_a_split_that_cannot_be_stays_where_it_can_be_mended(workspace, draft):
    changed = prepare.choose_split(workspace, draft, "time", "gone", 0.1, 0.2, 42, "drop")[0]
    seen = list(looking.look(workspace, changed, ""))[-1][2]
    assert seen["code"] == "data.split"
    step, by, column, *_ = prepare.show_split(workspace, changed, seen)
    assert step["visible"] and by == "time" and "customer" in column["choices"]
    assert not prepare.show_split(workspace, changed, seen | {"code": "data.columns"})[0]["visible"]
