"""What a model's verdicts say: whether it is to be trusted before what it prefers."""

from ft_core import amounts
from ft_core.evals.judging.verdicts import NO_VERDICT
from ft_core.terminal.answer import Result
from ft_core.terminal.tables import inert


def show_judged(result: Result) -> None:
    """Agreement with people and trust, then the win rate, then what has no verdict and why it ended early."""
    print(f"{amounts.count(result['judged'], 'pair')} judged by {inert(result['judge'])}")
    print(f"Agreement with the votes of people: {result['agreement']['words']}")
    print(inert(result["trust"]))
    print(inert(result["sentence"]))
    print(result["position"]["sentence"])
    missing = [f"{words} in {result['no_verdict'][code]:,}" for code, words in NO_VERDICT.items() if result["no_verdict"][code]]  # fmt: skip
    if missing:
        print(f"Pairs without a verdict, which are no score: it {', '.join(missing)}.")
    if result["nonsense"]:
        print(f"For example it said: {inert(result['nonsense'])}")
    stopped, failure = result["stopped"], result["failure"]
    if stopped:
        print(f"It ended early. {stopped['what']}\n  Why: {inert(stopped['why'])}\n  Fix: {stopped['fix']}")
    elif failure:
        print(f"The last failure: {failure['what']}\n  Why: {inert(failure['why'])}\n  Fix: {failure['fix']}")
