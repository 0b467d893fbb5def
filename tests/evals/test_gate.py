"""Scores that must be reached."""

import pytest

from ft_core.errors import FTError
from ft_core.evals import gate

REPORT = {
    "metrics": {
        "accuracy": {"tuned": 0.9, "better": "higher"},
        "loss": {"tuned": 0.5, "better": "lower"},
        "rule: a=b": {"tuned": 1.0, "better": "higher"},
    }
}


@pytest.mark.parametrize(
    ("asked", "failed"),
    [
        (["accuracy=0.9", "loss=0.5"], []),
        (["accuracy=0.91", "loss = 0.6"], ["accuracy"]),
        (["loss=0.4", "rule: a=b=1"], ["loss"]),
        ([], []),
    ],
)
def test_a_score_worse_than_its_limit_fails(asked, failed) -> None:
    assert [one["metric"] for one in gate.failed(gate.parse(asked), REPORT)] == failed


def test_all_limits_that_cannot_be_read_are_named_at_once() -> None:
    with pytest.raises(FTError) as caught:
        gate.parse(["accuracy", "=0.5", "loss=much", "f1=0.2", "accuracy=nan"])
    assert all(part in caught.value.why for part in ("accuracy,", "=0.5", "loss=much")) and "f1" not in caught.value.why


def test_a_score_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(FTError, match="no score bleu") as caught:
        gate.failed({"bleu": 3}, REPORT)
    assert "accuracy, loss" in caught.value.why


def test_a_name_that_is_no_score_is_told_before_anything_is_measured():
    gate.require_known({"accuracy": 0.9, "chrf": 10, "margin": 0, "rule: Polite": 0.5}, ["Polite"])
    with pytest.raises(FTError, match=r"no score acuracy, rule: Polite.*There are accuracy, ") as caught:
        gate.require_known({"acuracy": 0.9, "rule: Polite": 0.5}, [])
    assert caught.value.code == "evaluation.gate"
