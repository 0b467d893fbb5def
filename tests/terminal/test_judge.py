"""A judge in words: agreement and trust first, then what it prefers."""

from ft_core.errors import FTError
from ft_core.evals.judging.verdict_results import verdict_results
from ft_core.terminal.judge import show_judged
from tests.evals.judging.made import rows, votes
from tests.evals.judging.test_verdict_results import verdicts


def test_trust_stands_before_the_win_rate(capsys):
    made = rows(24)
    outcomes = ["tuned", "base"] * 11
    said = verdict_results(
        made, verdicts(made, [*outcomes, "nonsense", "timeout"]), votes(made, outcomes), "\x1b[1mbig"
    )
    stopped = FTError("writer.busy", "It is busy.", "It said 429.", "Wait a minute.").as_dict()
    show_judged(said | {"nonsense": "Both!", "failure": None, "stopped": stopped})
    told = capsys.readouterr().out
    order = ("22 pairs judged by ␛[1mbig", "almost perfect agreement", "much as people do", "preferred the tuned model's answer in 11 of 22")  # fmt: skip
    places = [told.index(words) for words in order]
    assert places == sorted(places) and "\x1b" not in told
    assert "it answered nonsense in 1, did not answer in time in 1." in told and "For example it said: Both!" in told
    assert "It ended early. It is busy." in told
