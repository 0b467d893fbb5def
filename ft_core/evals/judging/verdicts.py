"""What models said of the pairs: RUN/evaluation/verdicts.jsonl, appended only. Of two verdicts of one judge on one pair the last counts.

A line holds `judge`, `pair`, `row`, `part`, `outcome`, `said` and `time` (seconds since 1970). Neither key nor address of a judge is in it,
nor any words of its answers. Torn and foreign lines are left out.
"""

import time
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from ft_core.evals.judging.ballots import clean_name
from ft_core.files import append_line, read_lines
from ft_core.run import Run

# What one answer of a judge says of the answer that it was shown first (A) and the one shown second (B).
Said = Literal["A", "B", "tie", "both_bad"]
# undecided: another verdict with the answers the other way round. The last three are no verdicts at all.
Judged = Literal["base", "tuned", "tie", "both_bad", "undecided", "nonsense", "timeout", "failed"]
NO_VERDICT: dict[Judged, str] = {
    "nonsense": "answered nonsense",
    "timeout": "did not answer in time",
    "failed": "failed",
}

_FILE = "verdicts.jsonl"


@dataclass(frozen=True)
class Verdict:
    """A model's verdict on one pair. `said` is what it said with base as A, then with tuned as A; empty where there is no verdict."""

    pair: str
    row: int
    part: str
    outcome: Judged
    said: tuple[Said, ...] = ()

    @property
    def given(self) -> bool:
        """False where the judge answered nonsense or nothing."""
        return self.outcome not in NO_VERDICT


_ADAPTER = TypeAdapter(Verdict)


def write_verdict(run: Run, judge: str, verdict: Verdict) -> None:
    """Append a verdict. `judge` is the name under which it is shown, such as the model's. Raises FTError `judging.reviewer`."""
    append_line(
        run.evaluation / _FILE, {"judge": clean_name(judge)} | asdict(verdict) | {"time": round(time.time(), 3)}
    )


def read_verdicts(run: Run) -> dict[str, list[Verdict]]:
    """Judge -> its verdicts, the last on each pair, in the order of the file; {} when no model has judged."""
    found: dict[str, dict[str, Verdict]] = {}
    for line in read_lines(run.evaluation / _FILE):
        judge = line.get("judge")
        try:
            verdict = _ADAPTER.validate_python(line)
        except ValidationError:
            continue
        if isinstance(judge, str):
            found.setdefault(judge, {})[verdict.pair] = verdict
    return {judge: list(verdicts.values()) for judge, verdicts in found.items()}
