"""Outcomes counted: how often the tuned model's answer is preferred, with its interval, and what that allows to say.

Ties and both bad are counted apart: the win rate is of the decided pairs alone. Better and worse are said only where the Wilson
interval leaves out one half and the exact sign test agrees (p below 0.05).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ft_core.evals import compare
from ft_core.evals.compare import Interval
from ft_core.evals.judging.pairs import Outcome


def tally(outcomes: Iterable[str]) -> dict[str, Any]:
    """{"tuned", "base", "tie", "both_bad", "split", "undecided", "decided", "win_rate", "low", "high", "p_value", "result"}.

    Counts of each outcome; `win_rate` is tuned / decided with its 95 % Wilson interval, all three None where nothing is decided;
    `p_value` of the exact sign test; `result` is better, worse or no clear change.
    """
    found = Counter(outcomes)
    counts = {name: found[name] for name in ("tuned", "base", "tie", "both_bad", "split", "undecided")}
    tuned, decided = found["tuned"], found["tuned"] + found["base"]
    p_value = compare.exact_sign_test(tuned, found["base"])
    share = low = high = None
    outcome = "no clear change"
    if decided:
        share, (low, high) = tuned / decided, compare.wilson(tuned, decided)
        outcome = compare.result(Interval(share - 0.5, low - 0.5, high - 0.5), "higher", p_value)
    rate = {"win_rate": share, "low": low, "high": high}
    return counts | {"decided": decided} | rate | {"p_value": p_value, "result": outcome}


def majority(outcomes: Sequence[Outcome]) -> str:
    """What several reviewers say of one pair together: the answer with more votes, `split` for as many of each.

    Where nobody preferred one, `both_bad` if more said that than `tie`.
    """
    found = Counter(outcomes)
    if found["tuned"] != found["base"]:
        return "tuned" if found["tuned"] > found["base"] else "base"
    if found["tuned"]:
        return "split"
    return "both_bad" if found["both_bad"] > found["tie"] else "tie"


def sentence(counted: dict[str, Any], who: str) -> str:
    """The verdict of a tally in one sentence. `who` prefers, as in "people" or "the judge gpt-4o-mini"."""
    decided = counted["decided"]
    if not any(counted[name] for name in ("tie", "both_bad", "split", "undecided", "decided")):
        return f"Nothing can be told: {who} gave no verdict on any pair so far."
    if not decided:
        return f"No clear change: {who} preferred neither answer in any pair so far."
    opening, whose = {
        "better": ("The tuned model is better", "its answer"),
        "worse": ("The tuned model is worse", "its answer"),
        "no clear change": ("No clear change", "the tuned model's answer"),
    }[counted["result"]]
    small = ", a small number of pairs" if decided < compare.SMALL else ""
    return (
        f"{opening}: {who} preferred {whose} in {counted['tuned']} of {decided} decided pairs ({percent(counted['win_rate'])}, "
        f"95 % interval {percent(counted['low'])} to {percent(counted['high'])}; sign test p {shown(counted['p_value'])}{small})."
    )


def detectable(decided: int) -> float:
    """The win rate from which on `decided` pairs show a difference with 80 % power; 1.0 at most."""
    return min(1.0, 0.5 + compare.smallest_detectable_share(decided, disagreement=1.0) / 2)


def percent(share: float) -> str:
    """A share as in `67 %`."""
    return f"{100 * share:.0f} %"


def shown(p_value: float) -> str:
    """A p value as in `= 0.044`, or `below 0.001`."""
    return f"= {p_value:.3f}" if p_value >= 0.001 else "below 0.001"
