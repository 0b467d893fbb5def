"""A model as judge: each pair is asked about twice, with either answer first, and a verdict that changes with the order is none.

Who is asked is a function from messages to text (`ft_core.data.augment.writer.Writer`): an OpenAI-compatible endpoint, an Inference
Provider, or the run's own base. Models prefer what stands first, what is long and what they wrote themselves (Zheng et al. 2023,
"Judging LLM-as-a-judge"): the order is asked away, the rest is why a judge's agreement with people is shown before it is trusted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ft_core.data.augment.writer import Writer
from ft_core.errors import FTError
from ft_core.evals.judging.asked import question, verdict_in
from ft_core.evals.judging.ballots import clean_name
from ft_core.evals.judging.pairs import Pair, pairs
from ft_core.evals.judging.verdicts import Judged, Said, Verdict, read_verdicts, write_verdict
from ft_core.evals.judging.votes import read_votes
from ft_core.evals.rows import Row
from ft_core.jobs import Progress
from ft_core.run import Run

# A judge that is gone or cannot judge is not asked for hours.
_FAILURES_IN_A_ROW = 3
_NONSENSE_IN_A_ROW = 20
_SHOWN = 200
_BASE_FIRST: dict[Said, Judged] = {"A": "base", "B": "tuned", "tie": "tie", "both_bad": "both_bad"}
_TUNED_FIRST: dict[Said, Judged] = {"A": "tuned", "B": "base", "tie": "tie", "both_bad": "both_bad"}
# No other pair would fare better.
_FINAL = ("writer.key", "writer.credit", "writer.model", "writer.provider", "writer.address", "writer.offline")


@dataclass
class Judgement:
    """The verdicts of one judge, and the error that ended it early (None: it came to the end, or was asked to stop).

    `failure` is the last error of a pair that has no verdict. `nonsense` is the beginning of one answer that could not be read, to be
    shown and never written to a file.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    stopped: FTError | None = None
    failure: FTError | None = None
    nonsense: str | None = None


def judge(
    rows: Sequence[Row],
    ask: Writer,
    on_progress: Progress,
    should_stop: Callable[[], bool],
    known: Sequence[Verdict] = (),
    first: Sequence[str] = (),
    limit: int | None = None,
    on_verdict: Callable[[Verdict], None] = lambda _: None,
) -> Judgement:
    """Ask a model about the pairs that differ, each in both orders.

    `known` verdicts are kept and not asked for again (those without an answer are). Pairs with the ids in `first` come first: those that
    people have voted on. At most `limit` pairs are judged in all. `on_verdict` gets each verdict as it is there. Stopping keeps what was
    judged. So does an error of `ask`: a pair whose question times out, fails or is answered with nonsense has an outcome of its own and
    no score, and after three failures or twenty nonsense answers in a row, or an error that no other pair would escape (key, credit,
    model), the rest is not asked. Raises such an error where there is no verdict yet.
    """
    there = pairs(rows)
    given = {verdict.pair: verdict for verdict in known if verdict.given}
    early = {pair: place for place, pair in enumerate(first)}
    ordered = sorted(there, key=lambda pair: (pair.id not in given, early.get(pair.id, len(early)), pair.id))[:limit]
    done = Judgement([given[pair.id] for pair in ordered if pair.id in given])
    waiting = [pair for pair in ordered if pair.id not in given]
    row = _InARow()
    for pair in waiting:
        on_progress(len(done.verdicts), len(ordered), "asking the judge")
        if should_stop():
            return done
        try:
            verdict = _one(pair, ask, should_stop, done)
        except FTError as error:
            if not done.verdicts:
                raise
            done.stopped = error
            return done
        if verdict is None:
            return done
        done.verdicts.append(verdict)
        on_verdict(verdict)
        done.stopped = row.gives_up(verdict, done.failure)
        if done.stopped:
            return done
    on_progress(len(done.verdicts), len(ordered), "asking the judge")
    return done


def judge_run(
    run: Run,
    rows: Sequence[Row],
    name: str,
    ask: Writer,
    on_progress: Progress,
    should_stop: Callable[[], bool],
    limit: int | None = None,
) -> Judgement:
    """Let a model judge a run's answers and keep each verdict in RUN/evaluation/ under the judge's `name`, going on where it ended.

    Pairs that people voted on come first. Raises what `judge` raises, and FTError `judging.reviewer`.
    """

    def keep(verdict: Verdict) -> None:
        write_verdict(run, name, verdict)

    known = read_verdicts(run).get(clean_name(name), [])
    voted = list(dict.fromkeys(given.pair for given in read_votes(run)))
    return judge(rows, ask, on_progress, should_stop, known, voted, limit, keep)


@dataclass
class _InARow:
    """How many failures and how many nonsense answers stand at the end of the verdicts."""

    failures: int = 0
    nonsense: int = 0

    def gives_up(self, verdict: Verdict, failure: FTError | None) -> FTError | None:
        """Counts a verdict; the reason to ask no further, once there is one."""
        if verdict.outcome == "failed" and failure is not None and failure.code == "judging.too_long":
            return None  # of this pair alone
        self.failures = self.failures + 1 if verdict.outcome in ("timeout", "failed") else 0
        self.nonsense = self.nonsense + 1 if verdict.outcome == "nonsense" else 0
        if self.failures == _FAILURES_IN_A_ROW:
            return FTError(
                "judging.silent",
                "The judge does not answer.",
                f"{failure.why if failure else ''} It failed {_FAILURES_IN_A_ROW} times in a row. What it judged before is kept.",
                "Try again later: it goes on where it stopped. Or choose another model.",
            )
        if self.nonsense == _NONSENSE_IN_A_ROW:
            return FTError(
                "judging.nonsense",
                "This model cannot judge.",
                f"{_NONSENSE_IN_A_ROW} of its answers in a row held no verdict. None of them is scored.",
                "Choose a stronger model as the judge.",
            )
        return None


def _one(pair: Pair, ask: Writer, should_stop: Callable[[], bool], done: Judgement) -> Verdict | None:
    """The verdict on one pair; None when asked to stop between its two questions. Raises an error that is final."""
    said: list[Said] = []
    for base_first in (True, False):
        if said and should_stop():
            return None
        try:
            answer = ask(question(pair, base_first))
        except FTError as error:
            if error.code in _FINAL:
                raise
            done.failure = error
            outcome: Judged = "timeout" if error.code == "writer.timeout" else "failed"
            return Verdict(pair.id, pair.row, pair.part, outcome)
        found = verdict_in(answer)
        if found is None:
            done.nonsense = done.nonsense or answer[:_SHOWN]
            return Verdict(pair.id, pair.row, pair.part, "nonsense")
        said.append(found)
    return Verdict(pair.id, pair.row, pair.part, _outcome(*said), tuple(said))


def _outcome(base_first: Said, tuned_first: Said) -> Judged:
    """What two answers say together. One that prefers an answer must prefer the same one when they change places."""
    first, second = _BASE_FIRST[base_first], _TUNED_FIRST[tuned_first]
    if first == second:
        return first
    return "tie" if {first, second} == {"tie", "both_bad"} else "undecided"
