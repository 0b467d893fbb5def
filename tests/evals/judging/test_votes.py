"""Votes on disk: appended, changed, taken back, of several reviewers, and never mixed up."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ft_core.errors import FTError
from ft_core.evals.judging.ballots import drawn, secret_key
from ft_core.evals.judging.pairs import pairs
from ft_core.evals.judging.votes import Vote, ballots, next_ballot, progress, read_votes, undo, vote
from ft_core.run import Run
from tests.evals.judging.made import row, rows


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path)


def ids(run):
    return [given.pair for given in read_votes(run)]


def test_each_ballot_comes_once_and_a_vote_is_for_whom_it_was_given(run):
    made, seen = rows(11), []
    hidden = {one.ballot.id: one for one in drawn(made, "Ada", secret_key(run))}
    while (ballot := next_ballot(run, made, "Ada")) is not None:
        side = "left" if ballot.left.startswith("plum") else "right"
        given = vote(run, made, "Ada", ballot.id, side, {"style": side, "right": "same"})
        pair = hidden[ballot.id].pair
        preferred = pair.base if given.outcome == "base" else pair.tuned
        assert preferred.startswith("plum") and given.aspect("style") == given.outcome
        assert given.aspect("right") == "tie" and given.aspect("coherent") is None
        seen.append(ballot)
        assert progress(run, made, "Ada") == (len(seen), 11)
    assert seen == ballots(run, made, "Ada") and len(seen) == 11
    read = read_votes(run)
    assert [given.row for given in read] == [hidden[ballot.id].pair.row for ballot in seen]
    assert sum(given.outcome == "base" for given in read) == sum(one["base_written"].startswith("plum") for one in made)


def test_of_two_votes_the_last_counts_and_undo_brings_the_ballot_back(run):
    made = rows(3)
    first = next_ballot(run, made, "Ada")
    vote(run, made, "Ada", first.id, "left")
    vote(run, made, " ada ", first.id, "tie")
    assert [given.choice for given in read_votes(run)] == ["tie"]
    second = next_ballot(run, made, "ADA")
    vote(run, made, "Ada", second.id, "both_bad")
    assert undo(run, made, "Ada").choice == "both_bad" and next_ballot(run, made, "Ada") == second
    assert undo(run, made, "ada").choice == "tie" and next_ballot(run, made, "Ada") == first
    assert undo(run, made, "Ada") is None and read_votes(run) == []
    vote(run, made, "Ada", first.id, "right")
    assert [given.choice for given in read_votes(run)] == ["right"], "after undo one may vote again"


def test_undo_takes_back_the_last_vote_of_this_reviewer_alone(run):
    made = rows(4)
    vote(run, made, "Ada", next_ballot(run, made, "Ada").id, "left")
    vote(run, made, "Ben", next_ballot(run, made, "Ben").id, "left")
    assert undo(run, made, "Ada").reviewer == "Ada"
    assert [given.reviewer for given in read_votes(run)] == ["Ben"]


def test_answers_of_another_evaluation_are_neither_voted_on_nor_undone(run):
    made = rows(2)
    ballot = next_ballot(run, made, "Ada")
    vote(run, made, "Ada", ballot.id, "left")
    new = [one | {"tuned_written": f"{one['tuned_written']} again"} for one in made]
    with pytest.raises(FTError) as caught:
        vote(run, new, "Ada", ballot.id, "left")
    assert caught.value.code == "judging.changed"
    assert undo(run, new, "Ada") is None and progress(run, new, "Ada") == (0, 2)
    assert len(read_votes(run)) == 1


def test_a_ballot_is_for_the_one_who_got_it(run):
    made = rows(2)
    with pytest.raises(FTError) as caught:
        vote(run, made, "Ben", next_ballot(run, made, "Ada").id, "left")
    assert caught.value.code == "judging.changed" and read_votes(run) == []


@pytest.mark.parametrize(
    ("choice", "aspects", "named"),
    [("base", {}, "'base'"), ("left", {"taste": "left"}, "'taste'"), ("left", {"style": "tuned"}, "'tuned'")],
)
def test_what_is_no_choice_is_refused(run, choice, aspects, named):
    made = rows(1)
    with pytest.raises(FTError) as caught:
        vote(run, made, "Ada", next_ballot(run, made, "Ada").id, choice, aspects)
    assert caught.value.code == "judging.choice" and named in caught.value.why and read_votes(run) == []


def test_torn_and_foreign_lines_are_left_out(run):
    made = rows(3)
    for _ in range(2):
        vote(run, made, "Ada", next_ballot(run, made, "Ada").id, "left")
    path = run.evaluation / "votes.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    foreign = [{"reviewer": "Ada"}, {"reviewer": 3, "pair": "x"}, json.loads(lines[0]) | {"choice": "tuned"}]
    path.write_bytes(b"".join([lines[0], *(json.dumps(line).encode() + b"\n" for line in foreign), lines[1][:-20]]))
    assert ids(run) == [json.loads(lines[0])["pair"]]
    vote(run, made, "Ada", next_ballot(run, made, "Ada").id, "tie")
    assert [given.choice for given in read_votes(run)] == ["left", "tie"], "the torn line was ended first"


def test_names_are_no_paths(run):
    made = rows(1)
    for name in ("../../evil", "/etc/passwd", "a\nb", "x" * 80):
        vote(run, made, name, next_ballot(run, made, name).id, "left")
    assert {path.name for path in run.evaluation.iterdir()} == {"votes.jsonl", ".judging.key"}
    assert [path.name for path in run.folder.iterdir()] == ["evaluation"]
    assert len(read_votes(run)) == 4


def test_several_vote_at_once(run):
    made = rows(20)
    secret_key(run)

    def all_of(name):
        for ballot in ballots(run, made, name):
            vote(run, made, name, ballot.id, "left")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(all_of, ["Ada", "Ben", "Cy", "Dee"]))
    assert len(read_votes(run)) == 80 and progress(run, made, "Dee") == (20, 20)


def test_whose_answer_a_choice_means():
    for left, right in (("base", "tuned"), ("tuned", "base")):
        given = Vote("Ada", "p", 1, "", left, "right", {"style": "left"})
        assert given.outcome == right and given.aspect("style") == left
    assert Vote("Ada", "p", 1, "", "base", "both_bad").outcome == "both_bad"


def test_a_vote_waits_for_no_library():
    """The page imports it: no torch, no scikit-learn, no scipy."""
    program = "import sys, ft_core.evals.judging.votes; print(sorted({'torch', 'transformers', 'sklearn', 'scipy'} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=os.getcwd()
    )
    assert answer.stdout.strip() == "[]"


def test_rows_with_one_answer_alone_have_no_ballot(run):
    assert next_ballot(run, [row(1, "same", "same")], "Ada") is None
    assert pairs([row(1, "same", "same")]) == [] and progress(run, [], "Ada") == (0, 0)
