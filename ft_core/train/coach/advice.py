"""Advice: one finding about a run in words of a beginner, with its evidence and the settings of a corrected run."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["problem", "hint"]
Chart = Literal["loss", "gradient_norm"]


@dataclass(frozen=True)
class Evidence:
    """Where it is seen: a chart, and the steps of it from `start` to `end`, both included."""

    chart: Chart
    start: int
    end: int


@dataclass(frozen=True)
class Advice:
    """`what` is seen, `why` it matters, `fix` begins with a verb. `changes` maps fields of TrainSpec to the values of a corrected run.

    `changes` is empty where no setting of the training mends it, only the data.
    """

    code: str
    severity: Severity
    title: str
    what: str
    why: str
    fix: str
    evidence: Evidence
    changes: dict[str, float | int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)
