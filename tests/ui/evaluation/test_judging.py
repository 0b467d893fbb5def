"""Blind votes through the page's handlers, on the answers of a real evaluation."""

import json
from pathlib import Path

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.evals import rows
from ft_core.evals.judging import votes
from ft_core.ui.evaluation import judging as tab

CARD, COUNTER, PROMPT, LEFT, RIGHT, EXPECTED, IDENTITY, *ASPECTS = range(11)
NOTHING = [None] * 4


@pytest.fixture
def differing(evaluated):
    """The run, with answers that differ everywhere."""
    table = [
        row | {"base_written": f"base {n}", "tuned_written": f"tuned {n}"}
        for n, row in enumerate(rows.read_answers(evaluated))
    ]
    rows.write_answers(evaluated, table)
    return evaluated


def test_pairs_are_judged_one_after_the_other(workspace, differing):
    shown = tab.next_pair(workspace, differing.id, "Ada")
    total = len(rows.read_answers(differing))
    for done in range(3):
        assert f"{done} of {total} pairs" in shown[COUNTER]
        assert {shown[LEFT].split()[0], shown[RIGHT].split()[0]} == {"base", "tuned"}
        decide = tab.vote_left if shown[LEFT].startswith("tuned") else tab.vote_right
        shown = decide(workspace, differing.id, "Ada", shown[IDENTITY], "left", None, None, None)
        assert shown[ASPECTS[0]] is None, "a new pair begins without a choice"
    tab.vote_tie(workspace, differing.id, "Ada", shown[IDENTITY], *NOTHING)
    assert [vote.outcome for vote in votes.read_votes(differing)] == ["tuned"] * 3 + ["tie"]
    said = tab.show_result(workspace, differing.id)
    assert "tuned better 3, base better 0, tie 1" in said and "4 votes on 4 pairs" in said
    again = tab.undo_vote(workspace, differing.id, "Ada")
    assert again[PROMPT] == shown[PROMPT] and len(votes.read_votes(differing)) == 3


def test_two_presses_on_one_pair_are_one_vote_and_a_press_without_a_pair_is_none(workspace, differing):
    shown = tab.next_pair(workspace, differing.id, "Ada")
    for _ in range(2):
        tab.vote_left(workspace, differing.id, "Ada", shown[IDENTITY], *NOTHING)
    tab.vote_both_bad(workspace, differing.id, "Ada", "", *NOTHING)
    assert len(votes.read_votes(differing)) == 1


def test_votes_become_preference_pairs(workspace, differing):
    shown = tab.next_pair(workspace, differing.id, "Ada")
    tab.vote_left(workspace, differing.id, "Ada", shown[IDENTITY], *NOTHING)
    file, words = tab.export_votes(workspace, differing.id)
    (line,) = map(json.loads, Path(file["value"]).read_text().splitlines())
    assert (line["chosen"], line["rejected"]) == (shown[LEFT], shown[RIGHT])
    assert not Path(file["value"]).is_relative_to(workspace.home), "Gradio may not serve from there"
    assert "1 preference pair" in words and "no vote" in words


def test_the_step_is_there_when_there_are_answers(workspace, differing):
    found = tab.watch_judging(workspace, "", differing.id)
    assert found[1]["visible"] and not found[2]["visible"]
    assert tab.watch_judging(workspace, found[0], differing.id) == gr.skip()
    differing.clear_report()
    assert not tab.watch_judging(workspace, found[0], differing.id)[1]["visible"]


def test_without_answers_or_a_name_nobody_judges(workspace, differing):
    with pytest.raises(FTError) as caught:
        tab.next_pair(workspace, differing.id, "  ")
    assert caught.value.code == "judging.reviewer"
    differing.clear_report()
    with pytest.raises(FTError, match="nothing to judge"):
        tab.next_pair(workspace, differing.id, "Ada")
