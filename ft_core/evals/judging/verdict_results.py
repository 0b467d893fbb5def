"""What a model's verdicts say, with the statistics of the votes, and whether it is to be trusted: how far it agrees with people."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ft_core import amounts
from ft_core.evals import compare
from ft_core.evals.judging.agreement import agreement, trust
from ft_core.evals.judging.pairs import pairs
from ft_core.evals.judging.results import together
from ft_core.evals.judging.tally import sentence, shown, tally
from ft_core.evals.judging.verdicts import NO_VERDICT, Verdict
from ft_core.evals.judging.votes import Vote
from ft_core.evals.rows import Row


def verdict_results(
    rows: Sequence[Row], verdicts: Sequence[Verdict], votes: Sequence[Vote], judge: str
) -> dict[str, Any]:
    """What the verdicts of one judge on these rows say, as plain values for JSON.

    {"judge", "asked" (pairs), "judged" (with a verdict), "no_verdict": {"nonsense", "timeout", "failed"}, "stale" (on answers that are
    no longer there), "overall": tally (`undecided`: the verdict changed with the order), "sentence", "position": {"first", "second",
    "p_value", "sentence"}, "agreement": as `agreement.agreement` gives it with what people said together, "trusted", "trust" (a
    sentence)}. Pairs without a verdict are in no tally and in no share.
    """
    there = {pair.id for pair in pairs(rows)}
    present = [verdict for verdict in verdicts if verdict.pair in there]
    given = {verdict.pair: verdict for verdict in present if verdict.given}
    failures = Counter(verdict.outcome for verdict in present if not verdict.given)
    overall = tally(verdict.outcome for verdict in given.values())
    people = together([vote for vote in votes if vote.pair in there])
    found = agreement({pair: verdict.outcome for pair, verdict in given.items()}, people)
    trusted, words = trust(found, judge) if given or not present else (False, _silent(judge, failures))
    return {
        "judge": judge,
        "asked": len(present),
        "judged": len(given),
        "no_verdict": {name: failures[name] for name in NO_VERDICT},
        "stale": len(verdicts) - len(present),
        "overall": overall,
        "sentence": sentence(overall, f"the judge {judge}"),
        "position": _position(list(given.values())),
        "agreement": found,
        "trusted": trusted,
        "trust": words,
    }


def _silent(judge: str, failures: Counter[str]) -> str:
    """What to do about a judge without a verdict: more votes cannot help."""
    how = ", ".join(f"{words} in {failures[name]:,}" for name, words in NO_VERDICT.items() if failures[name])
    do = "Choose a stronger model" if failures["nonsense"] else "Look at its last failure, and let it judge again"
    return f"Do not trust {judge}: it gave no verdict on {amounts.count(sum(failures.values()), 'pair')} (it {how}). {do}, or let people judge."


def _position(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Of verdicts that changed with the order, how many kept to the first place and how many to the second. A fair judge has as many of each."""
    first = sum(verdict.said == ("A", "A") for verdict in verdicts)
    second = sum(verdict.said == ("B", "B") for verdict in verdicts)
    changed = sum(verdict.outcome == "undecided" for verdict in verdicts)
    p_value = compare.exact_sign_test(first, second)
    words = f"The verdict changed with the order in {changed} of {len(verdicts)} pairs, which are not counted for either side"
    if not verdicts:
        words = "There is no verdict that could have changed with the order"
    if p_value < compare.ALPHA:
        words += f": it leans to the answer that stands {'first' if first > second else 'second'} (p {shown(p_value)})"
    return {"first": first, "second": second, "p_value": p_value, "sentence": f"{words}."}
