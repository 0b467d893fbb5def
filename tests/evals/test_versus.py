"""Evaluated runs against each other, from their answers alone."""

import pytest

from ft_core.evals import rows, versus
from ft_core.run import Run
from ft_core.settings import project


def evaluated(folder, right: int, loss: float = 1.0, headline: str = "accuracy", total: int = 60) -> Run:
    """A run whose tuned model answered the first `right` examples."""
    spec = {"name": "n", "data": {"source": "x.csv"}}
    run = Run.create(folder / "runs", project.parse(spec, "p"), {"dataset": "0" * 12}, {})
    rows.write_answers(
        run,
        [
            {
                "row": row,
                "part": "",
                "prompt": f"q{row}",
                "expected": "a",
                "expected_tokens": 1 + 9 * (row < 10),
                "tuned_correct": row < right,
                "tuned_loss": loss + row % 3,
            }
            for row in range(total)
        ],
    )
    run.write_report({"headline": headline, "metrics": {}})
    return run


def test_further_runs_are_held_against_the_first(tmp_path) -> None:
    first, better, same = (evaluated(tmp_path, right) for right in (20, 50, 21))
    found = versus.against_first([first, better, same])
    assert [one["result"] for one in found] == ["better", "no clear change"]
    assert found[0]["difference"] == pytest.approx(0.5) and found[0]["low"] > 0.3 and found[0]["n"] == 60
    assert found[0]["p_adjusted"] == pytest.approx(2 * found[0]["p_value"]) and found[1]["p_adjusted"] == 1.0
    assert found[0]["sentence"].startswith("Better: +50.0 points more right (95 % interval +")
    assert versus.against_first([first]) == []


def test_losses_are_compared_where_the_verdict_rests_on_them(tmp_path) -> None:
    first, worse = evaluated(tmp_path, 0, 1.0, "loss", 30), evaluated(tmp_path, 0, 1.5, "loss", 30)
    (found,) = versus.against_first([first, worse])
    assert found["score"] == "loss" and found["result"] == "worse" and found["difference"] == pytest.approx(0.5)
    assert "a small test set" in found["sentence"]


def test_a_loss_is_per_token_as_in_the_reports(tmp_path) -> None:
    first, other = evaluated(tmp_path, 0, 1.0, "loss", 30), evaluated(tmp_path, 0, 1.0, "loss", 30)
    long_ones_worse = [row | {"tuned_loss": row["tuned_loss"] + (row["row"] < 10)} for row in rows.read_answers(first)]
    rows.write_answers(other, long_ones_worse)
    (found,) = versus.against_first([first, other])
    assert found["difference"] == pytest.approx(100 / 120)  # ten answers of ten tokens, twenty of one
    untold = [
        {key: value for key, value in row.items() if key != "expected_tokens"} for row in rows.read_answers(first)
    ]
    rows.write_answers(first, untold)
    (found,) = versus.against_first([first, other])
    assert found["difference"] == pytest.approx(
        10 / 30
    )  # as of an evaluation that did not tell them: each example alike


def test_what_cannot_be_compared_says_why(tmp_path) -> None:
    first, other, text = evaluated(tmp_path, 20), evaluated(tmp_path, 20), evaluated(tmp_path, 20, headline="loss")
    rows.write_answers(other, [row | {"expected": "b"} for row in rows.read_answers(other)])
    unknown = Run.create(tmp_path / "runs", first.spec(), {"dataset": "0" * 12}, {})
    found = versus.against_first([first, other, text, unknown])
    assert ["same examples" in one["sentence"] for one in found] == [True, True, False]
    assert unknown.id in found[2]["sentence"] and all("p_value" not in one for one in found)
