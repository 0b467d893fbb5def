"""Votes of people: RUN/evaluation/votes.jsonl, appended only. Of two votes on one pair by one reviewer the last counts.

A line holds `reviewer`, `pair`, `row`, `part`, `left` (whose answer was on the left), `choice`, `aspects` and `time` (seconds since
1970); one that takes a vote back holds `reviewer`, `pair`, `undone` and `time`. Torn and foreign lines are left out.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from pydantic import TypeAdapter, ValidationError

from ft_core.errors import FTError
from ft_core.evals.judging.ballots import Ballot, clean_name, drawn, same_name, secret_key, study
from ft_core.evals.judging.pairs import Contestant, Outcome, pairs
from ft_core.evals.rows import Row
from ft_core.files import append_line, read_lines
from ft_core.run import VOTES, Run

Choice = Literal["left", "right", "tie", "both_bad"]
Side = Literal["left", "right", "same"]
Aspect = Literal["coherent", "relevant", "right", "style"]
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)


@dataclass(frozen=True)
class Vote:
    """One vote. `aspects` says which side was better in each, where the reviewer said so."""

    reviewer: str
    pair: str
    row: int
    part: str
    left: Contestant
    choice: Choice
    aspects: dict[Aspect, Side] = field(default_factory=dict)
    time: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """Whose answer was preferred, or that none was."""
        return self.choice if self.choice in ("tie", "both_bad") else self._whose(self.choice)

    def aspect(self, name: Aspect) -> Outcome | None:
        """Whose answer was better in an aspect, `tie` for the same; None where nothing was said."""
        side = self.aspects.get(name)
        return None if side is None else "tie" if side == "same" else self._whose(side)

    def _whose(self, side: str) -> Contestant:
        other: Contestant = "base" if self.left == "tuned" else "tuned"
        return self.left if side == "left" else other


_ADAPTER = TypeAdapter(Vote)


def read_votes(run: Run) -> list[Vote]:
    """The votes that stand, in the order in which they were given: the last of each reviewer on each pair, and none taken back."""
    standing: dict[tuple[str, str], Vote] = {}
    for line in read_lines(run.evaluation / VOTES):
        reviewer, pair = line.get("reviewer"), line.get("pair")
        if not isinstance(reviewer, str) or not isinstance(pair, str):
            continue
        if line.get("undone") is True:
            standing.pop((reviewer.casefold(), pair), None)
            continue
        try:
            found = _ADAPTER.validate_python(line)
        except ValidationError:
            continue
        standing.pop((reviewer.casefold(), pair), None)
        standing[reviewer.casefold(), pair] = found
    return list(standing.values())


def vote(
    run: Run,
    rows: Sequence[Row],
    reviewer: str,
    ballot: str,
    choice: Choice,
    aspects: Mapping[Aspect, Side] | None = None,
) -> Vote:
    """Write down what a reviewer chose on the ballot with this id. To vote again replaces the vote.

    Raises FTError `judging.reviewer`, `judging.choice` (no such choice, aspect or side), or `judging.changed` when the ballot is not of
    this reviewer's study: the answers have been replaced since.
    """
    name = clean_name(reviewer)
    said: dict[Aspect, Side] = dict(aspects or {})
    _require(choice, said)
    for one in drawn(rows, name, secret_key(run)):
        if one.ballot.id == ballot:
            given = Vote(name, one.pair.id, one.pair.row, one.pair.part, one.left, choice, said, time.time())
            append_line(run.evaluation / VOTES, asdict(given))
            return given
    raise FTError(
        "judging.changed",
        "This vote was not counted.",
        "The two answers are not part of the study of this name: the run has been evaluated again, or Your name changed, since they were shown.",
        "Press Begin to go on.",
    )


def undo(run: Run, rows: Sequence[Row], reviewer: str) -> Vote | None:
    """Take back the reviewer's last vote on the present answers, which puts its pair before them again. None: there is none.

    Raises FTError `judging.reviewer`.
    """
    name, present = same_name(reviewer), {pair.id for pair in pairs(rows)}
    own = [given for given in read_votes(run) if given.reviewer.casefold() == name and given.pair in present]
    if not own:
        return None
    line: dict[str, Any] = {"reviewer": own[-1].reviewer, "pair": own[-1].pair, "undone": True, "time": time.time()}
    append_line(run.evaluation / VOTES, line)
    return own[-1]


def next_ballot(run: Run, rows: Sequence[Row], reviewer: str) -> Ballot | None:
    """The first ballot in the reviewer's order without a vote; None when all have one, or no pair differs.

    Raises FTError `judging.reviewer`.
    """
    name = same_name(reviewer)
    done = {given.pair for given in read_votes(run) if given.reviewer.casefold() == name}
    return next((one.ballot for one in drawn(rows, reviewer, secret_key(run)) if one.pair.id not in done), None)


def ballots(run: Run, rows: Sequence[Row], reviewer: str) -> list[Ballot]:
    """All ballots of a reviewer of this run, voted on or not. Raises FTError `judging.reviewer`."""
    return study(rows, reviewer, secret_key(run))


def progress(run: Run, rows: Sequence[Row], reviewer: str) -> tuple[int, int]:
    """How many of the reviewer's ballots have a vote, and how many there are. Raises FTError `judging.reviewer`."""
    name, present = same_name(reviewer), {pair.id for pair in pairs(rows)}
    done = {given.pair for given in read_votes(run) if given.reviewer.casefold() == name}
    return len(done & present), len(present)


def _require(choice: str, aspects: Mapping[Any, Any]) -> None:
    wrong = [f"the choice {choice!r}"] if choice not in get_args(Choice) else []
    wrong += [f"the aspect {name!r}" for name in aspects if name not in ASPECTS]
    wrong += [f"the side {side!r}" for side in aspects.values() if side not in get_args(Side)]
    if wrong:
        raise FTError(
            "judging.choice",
            "This vote cannot be counted.",
            f"There is no such thing as {' and '.join(wrong)}.",
            f"Choose one of {', '.join(get_args(Choice))}; and of {', '.join(ASPECTS)} one of {', '.join(get_args(Side))}.",
        )
