"""What votes say together: counted by hand."""

import json

import pytest

from ft_core.evals.judging.results import results, together
from ft_core.evals.judging.votes import ASPECTS
from tests.evals.judging.made import row, rows, votes


def test_no_vote_yet():
    found = results(rows(3), [])
    assert (found["pairs"], found["votes"], found["judged"], found["overall"]["win_rate"]) == (3, 0, 0, None)
    assert found["sentence"].startswith("Nothing can be told") and found["agreement"] == [] and found["reviewers"] == {}
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert results([], [])["pairs"] == 0


def test_votes_of_one_reviewer():
    made = [*rows(50), row(51, "same", "same")]
    given = votes(made, ["tuned"] * 28 + ["base"] * 14 + ["tie"] * 6 + ["both_bad"] * 2)
    found = results(made, given)
    overall = found["overall"]
    assert (overall["tuned"], overall["base"], overall["tie"], overall["both_bad"]) == (28, 14, 6, 2)
    assert overall["result"] == "better" and "28 of 42" in found["sentence"]
    assert (found["pairs"], found["identical"], found["votes"], found["judged"]) == (50, 1, 50, 50)
    assert found["reviewers"] == {"Ada": overall | {"votes": 50}}
    assert any(note.startswith("1 test examples have the same answer") for note in found["notes"])
    assert any(note.startswith("42 decided pairs are few") for note in found["notes"])
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_pair_of_several_reviewers_counts_once():
    """Three who copy each other make no study three times as large."""
    made = rows(8)
    one = votes(made, ["tuned"] * 5 + ["base"] * 3)
    three = [vote for name in ("Ada", "Ben", "Cy") for vote in votes(made, ["tuned"] * 5 + ["base"] * 3, name)]
    assert results(made, three)["overall"] == results(made, one)["overall"]
    assert results(made, three)["votes"] == 24 and len(results(made, three)["agreement"]) == 3


def test_reviewers_who_differ_split():
    made = rows(3)
    given = votes(made, ["tuned", "tuned", "tie"], "Ada") + votes(made, ["base", "tie", "both_bad"], "Ben")
    assert list(together(given).values()) == ["split", "tuned", "tie"]
    found = results(made, given)
    assert found["overall"]["split"] == 1 and found["overall"]["decided"] == 1
    assert any(note.startswith("1 pairs were preferred") for note in found["notes"])
    ((pair),) = found["agreement"]
    assert pair["reviewers"] == ["Ada", "Ben"] and (pair["shared"], pair["same"]) == (3, 1), "tie and both bad: neither"


def test_two_spellings_of_a_name_are_one_reviewer():
    made = rows(2)
    given = votes(made, ["tuned"], "ada") + votes(made[1:], ["base"], "Ada")
    assert list(results(made, given)["reviewers"]) == ["Ada"]


def test_votes_on_other_answers_do_not_count():
    made = rows(4)
    given = votes(made, ["tuned"] * 4)
    found = results(made[:1], given)
    assert (found["votes"], found["stale"], found["overall"]["tuned"]) == (1, 3, 1)
    assert any(note.startswith("3 votes are on answers") for note in found["notes"])


def test_a_reviewer_who_always_presses_left_is_seen():
    made = rows(24)
    halves = [made[:12], made[12:]]
    given = votes(halves[0], ["tuned"] * 12, left="tuned") + votes(halves[1], ["base"] * 12, left="base")
    found = results(made, given)
    position = found["position"]
    assert (position["left"], position["right"], position["share"]) == (24, 0, 1.0) and position["p_value"] < 0.001
    assert position["sentence"].startswith("The side mattered") and position["sentence"] in found["notes"]
    assert found["overall"]["result"] == "no clear change" and found["overall"]["win_rate"] == 0.5


def test_a_better_model_is_no_position_bias():
    made = rows(24)
    given = votes(made[:12], ["tuned"] * 12, left="tuned") + votes(made[12:], ["tuned"] * 12, left="base")
    position = results(made, given)["position"]
    assert position["share"] == 0.5 and position["sentence"].startswith("The side is not shown to matter")


def test_aspects_count_those_who_said_something():
    made = rows(20)
    given = votes(made[:14], ["tuned"] * 14, aspects={"style": "left", "right": "right"})
    given += votes(made[14:], ["tie"] * 6, aspects={"style": "same"})
    found = results(made, given)["aspects"]
    assert list(found) == list(ASPECTS)
    assert (found["style"]["tuned"], found["style"]["tie"], found["right"]["base"]) == (14, 6, 14)
    assert found["coherent"]["decided"] == 0 and found["coherent"]["win_rate"] is None
    assert found["style"]["result"] == "better" and found["right"]["result"] == "worse"
    assert found["style"]["p_corrected"] == pytest.approx(4 * found["style"]["p_value"])


def test_one_aspect_among_four_needs_more():
    """7 of 7 has p 0.016 alone; among four aspects that is 0.0625, and nothing is said."""
    made = rows(7)
    found = results(made, votes(made, ["tuned"] * 7, aspects={"style": "left"}))
    assert found["overall"]["result"] == "better" and found["aspects"]["style"]["result"] == "no clear change"
