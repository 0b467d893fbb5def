"""What the votes say: who is preferred, in what, by whom, whether the side mattered, and how far the reviewers agree.

A pair that several reviewers judged counts once, as most of them said: votes on one pair are not independent of each other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from ft_core.evals import compare
from ft_core.evals.judging.agreement import agreement
from ft_core.evals.judging.pairs import Outcome, identical, pairs
from ft_core.evals.judging.tally import detectable, majority, percent, sentence, shown, tally
from ft_core.evals.judging.votes import ASPECTS, Vote
from ft_core.evals.rows import Row


def results(rows: Sequence[Row], votes: Sequence[Vote]) -> dict[str, Any]:
    """What the standing votes (`votes.read_votes`) on these rows say, as plain values for JSON.

    {"pairs" (that differ), "identical", "votes", "stale" (votes on answers that are no longer there), "judged" (pairs with a vote),
    "overall": tally, "sentence", "aspects": {aspect: tally and "p_corrected"}, "reviewers": {name: tally and "votes"},
    "position": {"left", "right", "share", "low", "high", "p_value", "sentence"}, "agreement": [{"reviewers": [name, name]} and what
    `agreement.agreement` gives], "notes": [sentence]}. A tally is what `tally.tally` gives. `share` is that of the left side of the
    decided votes; p_corrected (Holm) is for looking at four aspects at once.
    """
    there = {pair.id for pair in pairs(rows)}
    present = [given for given in votes if given.pair in there]
    said = together(present)
    overall = tally(said.values())
    position = _position(present)
    people = _by_reviewer(present)
    return {
        "version": 1,
        "pairs": len(there),
        "identical": identical(rows),
        "votes": len(present),
        "stale": len(votes) - len(present),
        "judged": len(said),
        "overall": overall,
        "sentence": sentence(overall, "people"),
        "aspects": _aspects(present),
        "reviewers": {name: tally(outcomes.values()) | {"votes": len(outcomes)} for name, outcomes in people.items()},
        "position": position,
        "agreement": [
            {"reviewers": [one, other]} | agreement(people[one], people[other])
            for one, other in combinations(people, 2)
        ],
        "notes": _notes(overall, position, len(people), identical(rows), len(votes) - len(present)),
    }


def together(votes: Sequence[Vote]) -> dict[str, str]:
    """Pair id -> what its reviewers say together (`tally.majority`)."""
    by_pair: defaultdict[str, list[Outcome]] = defaultdict(list)
    for given in votes:
        by_pair[given.pair].append(given.outcome)
    return {pair: majority(outcomes) for pair, outcomes in by_pair.items()}


def _by_reviewer(votes: Sequence[Vote]) -> dict[str, dict[str, str]]:
    """Name, as last written -> pair id -> outcome."""
    names: dict[str, str] = {}
    outcomes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for given in votes:
        names[given.reviewer.casefold()] = given.reviewer
        outcomes[given.reviewer.casefold()][given.pair] = given.outcome
    return {names[person]: found for person, found in outcomes.items()}


def _aspects(votes: Sequence[Vote]) -> dict[str, Any]:
    tallies: dict[str, dict[str, Any]] = {}
    for aspect in ASPECTS:
        by_pair: defaultdict[str, list[Outcome]] = defaultdict(list)
        for given in votes:
            outcome = given.aspect(aspect)
            if outcome is not None:
                by_pair[given.pair].append(outcome)
        tallies[aspect] = tally(majority(outcomes) for outcomes in by_pair.values())
    for aspect, p_value in compare.holm({aspect: found["p_value"] for aspect, found in tallies.items()}).items():
        found = tallies[aspect]
        found["p_corrected"] = p_value
        if p_value >= compare.ALPHA:
            found["result"] = "no clear change"
    return tallies


def _position(votes: Sequence[Vote]) -> dict[str, Any]:
    """Whether one side was chosen more often. Sides are drawn by chance for each reviewer, so without a bias it is half and half."""
    left = sum(given.choice == "left" for given in votes)
    right = sum(given.choice == "right" for given in votes)
    found: dict[str, Any] = {"left": left, "right": right, "share": None, "low": None, "high": None, "p_value": 1.0}
    if not left + right:
        return found | {"sentence": "No side has been chosen yet."}
    low, high = compare.wilson(left, left + right)
    found |= {"share": left / (left + right), "low": low, "high": high, "p_value": compare.exact_sign_test(left, right)}
    figures = f"the left answer was chosen in {left} of {left + right} decided votes (p {shown(found['p_value'])})"
    if found["p_value"] < compare.ALPHA:
        side = "left" if left > right else "right"
        words = f"The side mattered: {figures}. Sides are balanced, so the {side} side's gain favours neither model, but it hides differences."
    else:
        words = f"The side is not shown to matter: {figures}."
    return found | {"sentence": words}


def _notes(overall: Mapping[str, Any], position: Mapping[str, Any], people: int, same: int, stale: int) -> list[str]:
    decided = overall["decided"]
    notes = {
        f"{same} test examples have the same answer of both models and were not shown.": same > 0,
        f"{stale} votes are on answers that have been replaced since, and do not count.": stale > 0,
        f"{decided} decided pairs cannot show any difference yet: not even if all were preferred the same way.": 0 < decided < 6,
        f"With {decided} decided pairs, a true win rate of {percent(detectable(max(decided, 1)))} is noticed four times in five; a smaller one may well "
        "stay unseen.": decided >= 6,
        f"{decided} decided pairs are few: the intervals are wide.": 0 < decided < compare.SMALL,
        "Ties and both bad are not part of the win rate.": overall["tie"] + overall["both_bad"] > 0,
        f"{overall['split']} pairs were preferred the one way and the other by as many reviewers, and are not part of the win rate.": overall["split"] > 0,
        "A pair that several reviewers judged counts once, as most of them said.": people > 1,
        "Length and style of an answer can give away whose it is: the study hides the names, not the writing.": decided > 0,
        position["sentence"]: position["p_value"] < compare.ALPHA,
    }  # fmt: skip
    return [note for note, holds in notes.items() if holds]
