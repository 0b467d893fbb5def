import pytest

from ft_core.ui.data import bring, looking, understand


@pytest.fixture
def draft(workspace):
    return bring.use_example(workspace)[0]


def test_a_look_tells_what_it_does_and_then_what_it_found(workspace, draft):
    *told, (progress, end, seen) = looking.look(workspace, draft, "")
    assert any("Cleaning: HTML" in step[0]["value"] for step in told if "value" in step[0])
    assert not progress["visible"] and not end["visible"]
    assert {problem["code"] for problem in seen["problems"]} >= {"html", "duplicates"}
    assert list(looking.look(workspace, draft, "")) == [(progress, end, seen)], "known by now"
    assert not list(workspace.uploads.glob(".draft*"))


def test_nothing_is_looked_at_without_a_file(workspace):
    assert [seen for _, _, seen in looking.look(workspace, {}, "")] == [None]


def test_a_look_that_is_refused_says_why(workspace, draft):
    draft = understand.choose_columns(workspace, draft, "message", "message", *[None] * (len(understand.PARTS) - 2))
    assert "both prompt and answer" in list(looking.look(workspace, draft, ""))[-1][2]["error"]


def test_an_ended_look_leaves_nothing_behind(workspace, draft):
    running = looking.look(workspace, draft, "")
    next(running)
    running.close()
    assert not list(workspace.uploads.glob(".draft*"))
    assert looking.stopped(workspace)[2] is None
