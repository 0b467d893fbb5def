"""What an evaluation leaves, and that it is of the weights the run has."""

import time

import pytest
from filelock import FileLock

from ft_core.errors import FTError
from ft_core.evals import keep, rows
from ft_core.evals.judging.verdicts import write_verdict
from ft_core.run import Run
from ft_core.settings import project
from tests.evals.judging import made
from tests.evals.judging.test_verdict_results import verdicts
from tests.evals.reports import report


def test_a_report_is_kept_only_of_the_weights_that_were_measured(tmp_path) -> None:
    run = Run.create(tmp_path / "runs", project.parse({"name": "n", "data": {"source": "x.csv"}}, "p"), {}, {})
    run.write_training({"weights_sha256": "a" * 64})
    weights = keep.measured(run)
    kept = keep.keep(run, report(), [{"row": 3}], weights, time.monotonic() - 2)
    assert run.report() == kept and kept["weights_sha256"] == weights and kept["seconds"] >= 2
    run.write_training({"weights_sha256": "b" * 64})
    with pytest.raises(FTError, match="no longer has"):
        keep.keep(run, report(n=2), [], weights, time.monotonic())
    assert run.report() == kept and rows.read_answers(run) == [{"row": 3}]


def test_what_is_judged_afterwards_joins_the_report_trust_before_the_rate(tmp_path) -> None:
    run = Run.create(tmp_path / "runs", project.parse({"name": "n", "data": {"source": "x.csv"}}, "p"), {}, {})
    table = made.rows(4)
    kept = keep.keep(run, report(), table, None, time.monotonic())
    assert kept["judging"] is None and "Judged blind" not in (run.evaluation / "report.md").read_text()
    for verdict in verdicts(table, ["tuned", "tuned", "base", "nonsense"]):
        write_verdict(run, "<b>big", verdict)
    with FileLock(run.lock("evaluate")):
        keep.keep_judging(run)
    assert run.report() == kept, "an evaluation at work writes the report itself"
    keep.keep_judging(run)
    text, page = ((run.evaluation / name).read_text() for name in ("report.md", "report.html"))
    assert text.index("Do not trust") < text.index("67 %") and "no verdict on 1 pair" in text
    assert page.index("Do not trust") < page.index("67 %") and "<b>" not in page
    found = run.report()
    assert found is not None and found | {"judging": None} == kept and found["judging"]["models"][0]["judged"] == 3
