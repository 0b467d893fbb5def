"""Two evaluated runs as the page compares them."""

from pathlib import Path

from ft_core.ui.runs import changes
from tests.evals.reports import changed_runs


def test_two_evaluated_runs_show_what_changed_and_a_page_to_take_along(tmp_path):
    runs = changed_runs(tmp_path)
    group, lines, examples, download = changes.shown(runs, ["one", "two"])
    assert group["visible"] and examples["visible"]
    assert lines["headers"] == ["", "A", "B", "B - A", "95 % interval", "B is"]
    assert ["Accuracy", "0.333", "0.833", "+0.500"] in [row[:4] for row in lines["data"]]
    assert {row[0] for row in examples["value"]["data"]} == {"right in B only", "right in A only"}
    page = Path(download["value"]).read_text(encoding="utf-8")
    assert "one and two" in page and "Macro F1" in page


def test_what_is_not_two_evaluated_runs_shows_nothing(tmp_path):
    first, second = changed_runs(tmp_path)
    second.write_report({"headline": "loss", "metrics": {}})
    for runs in ([first], [first, second], [first, first, first]):
        assert not changes.shown(runs, ["x"] * len(runs))[0]["visible"]
