"""What an evaluation leaves in the run's folder: the answers, and the report as JSON, as Markdown, and as a page that prints."""

import time
from collections.abc import Sequence
from typing import Any

from ft_core.errors import FTError
from ft_core.evals import pages, rows
from ft_core.files import write_text
from ft_core.run import Run


def measured(run: Run) -> str | None:
    """The digest of the weights that an evaluation beginning now measures."""
    return (run.training() or {}).get("weights_sha256")


def keep(
    run: Run, report: dict[str, Any], answers: Sequence[rows.Row], weights: str | None, began: float
) -> dict[str, Any]:
    """Write all of it and return the report with `weights_sha256` and `seconds` since `began` (time.monotonic).

    Raises FTError `evaluation.outdated` when the run was trained on meanwhile: its `weights` are not those that were measured.
    """
    if measured(run) != weights:
        raise FTError(
            "evaluation.outdated",
            "The evaluation measured weights that the run no longer has.",
            "Its training went on meanwhile and replaced them.",
            "Evaluate it again.",
        )
    report = report | {"weights_sha256": weights, "seconds": round(time.monotonic() - began, 1)}
    rows.write_answers(run, answers)
    run.write_report(report)
    name = run.spec().name
    write_text(run.evaluation / "report.md", pages.markdown(report, name))
    write_text(run.evaluation / "report.html", pages.html(report, name))
    return report
