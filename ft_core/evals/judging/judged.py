"""Everything that people and models have judged of a run's answers, for its report."""

from collections.abc import Sequence
from typing import Any

from ft_core.evals.judging.results import results
from ft_core.evals.judging.verdict_results import verdict_results
from ft_core.evals.judging.verdicts import read_verdicts
from ft_core.evals.judging.votes import read_votes
from ft_core.evals.rows import Row
from ft_core.run import Run


def judged(run: Run, rows: Sequence[Row]) -> dict[str, Any] | None:
    """{"people": as `results.results`, None without a vote, "models": [as `verdict_results.verdict_results`]}; None where nobody has judged.

    What was said of answers that are not among `rows` any more does not count.
    """
    votes, verdicts = read_votes(run), read_verdicts(run)
    people = results(rows, votes)
    found = [verdict_results(rows, given, votes, judge) for judge, given in verdicts.items()]
    models = [one for one in found if one["asked"]]
    if not people["votes"] and not models:
        return None
    return {"people": people if people["votes"] else None, "models": models}
