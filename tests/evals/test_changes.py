"""What got better and worse between two runs, from their stored reports and answers."""

import pytest

from ft_core.errors import FTError
from ft_core.evals import changes_page, rows
from ft_core.evals.changes import changes
from tests.evals.reports import EVIL, changed_runs


def test_better_and_worse_are_said_of_what_has_an_interval_only(tmp_path):
    first, second = changed_runs(tmp_path)
    found = changes(first, second)
    lines = {line["title"]: line for kind in changes_page.KINDS for line in found[kind]}
    assert found["n"] == 60 and found["sentence"].startswith("Better: +50.0 points")
    assert lines["Accuracy"]["result"] == "better" and lines["Accuracy"]["difference"] == pytest.approx(0.5)
    assert lines["Written"]["result"] == "better" and lines["Written"]["first"] == pytest.approx(20 / 60)
    assert lines["Loss"]["result"] == "worse" and lines["Loss"]["second"] - lines["Loss"]["first"] == pytest.approx(0.3)
    assert lines["repeating"]["result"] == "better" and lines["repeating"]["second"] == 0
    assert lines["Loss, nats per token"]["result"] == "no clear change"
    assert lines["MMLU"]["result"] == "better" and lines["MMLU"]["first"] == pytest.approx(20 / 60)
    for untested in ("Macro F1", "HellaSwag"):  # of other questions
        assert lines[untested]["result"] is lines[untested]["low"] is None and lines[untested]["first"] is not None
    assert len(found["gained"]) == 32 and len(found["lost"]) == 2
    assert found["lost"][0] == {
        "row": 0,
        "part": "",
        "prompt": f"q0 {EVIL}",
        "expected": "a",
        "first": "a",
        "second": "b",
    }


def test_runs_without_an_evaluation_in_common_are_refused(tmp_path):
    first, second = changed_runs(tmp_path)
    second.write_report({"headline": "loss", "metrics": {}})
    with pytest.raises(FTError, match="no evaluation in common"):
        changes(first, second)


def test_answers_without_checks_are_compared_too(tmp_path):
    """As those on pairs, whose rows hold none."""
    first, second = changed_runs(tmp_path)
    for run in (first, second):
        bare = [{key: value for key, value in row.items() if key != "tuned_errors"} for row in rows.read_answers(run)]
        rows.write_answers(run, bare)
        run.write_report({key: value for key, value in run.report().items() if key != "errors"})
    assert changes(first, second)["checks"] == []


def test_questions_of_another_evaluation_than_the_report_are_not_compared(tmp_path):
    first, second = changed_runs(tmp_path)
    rows.write_questions(second, {"mmlu": []})
    assert all(line["result"] is None for line in changes(first, second)["benchmarks"])
