"""What an evaluation leaves in the run's folder: the answers, and the report as JSON, as Markdown, and as a page that prints."""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from filelock import FileLock, Timeout

from ft_core.errors import FTError
from ft_core.evals import pages, rows
from ft_core.evals.judging.judged import judged
from ft_core.files import write_text
from ft_core.run import Run


def measured(run: Run) -> str | None:
    """The digest of the weights that an evaluation beginning now measures."""
    return (run.training() or {}).get("weights_sha256")


def keep(
    run: Run, report: dict[str, Any], answers: Sequence[rows.Row], weights: str | None, began: float
) -> dict[str, Any]:
    """Write all of it, the `questions` of benchmarks apart, and return the report with `weights_sha256` and `seconds` since `began` (time.monotonic).

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
    if (questions := report.pop("questions", None)) is not None:
        rows.write_questions(run, questions)
    rows.write_answers(run, answers)
    return _write(run, report | {"judging": judged(run, answers)})


def keep_judging(run: Run) -> None:
    """Put what was judged until now into the report. An evaluation that is at work will do so itself, at its end."""
    found = judged(run, rows.read_answers(run))
    with suppress(Timeout), FileLock(run.lock("evaluate"), timeout=0):
        report = run.report()
        if report is not None and report.get("judging") != found:
            _write(run, report | {"judging": found})


def _write(run: Run, report: dict[str, Any]) -> dict[str, Any]:
    run.write_report(report)
    name = run.spec().name
    write_text(run.evaluation / "report.md", pages.markdown(report, name))
    write_text(run.report_page, pages.html(report, name))
    return report
