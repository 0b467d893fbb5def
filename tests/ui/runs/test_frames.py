"""Charts: every series from the start, few points, no value that is not there."""

import pytest

from ft_core.ui.runs import frames


def metrics(count: int, kind: str = "validation") -> list[dict]:
    return [{"kind": kind, "step": step, "loss": 1.0 / step} for step in range(1, count + 1)]


def test_all_runs_together_have_few_points_and_every_letter():
    found = frames.curves([metrics(3000), metrics(10), metrics(0)], "validation")
    assert len(found) <= 500 and set(found["run"]) == set("ABCDEF")
    drawn = found.dropna()
    assert set(drawn["run"]) == {"A", "B"} and (drawn["run"] == "B").sum() == 10
    assert frames.curves([metrics(5, "train")], "validation").empty


def trial(value, status="done", **settings) -> dict:
    return {"value": value, "status": status, "settings": settings}


def test_a_trial_without_a_loss_has_no_point():
    rows = [
        trial(0.5, learning_rate=0.01),
        trial(None, "failed", learning_rate=0.1),
        trial(0.9, "pruned", learning_rate=1e-3),
    ]
    found = frames.trials(rows, "learning_rate").dropna()
    assert list(found["setting"]) == pytest.approx([-2, -3]) and list(found["trial"]) == ["finished", "ended early"]
    assert frames.trials(rows, "lora_rank").empty


def test_values_that_are_no_rates_are_in_order_as_text():
    found = frames.trials([trial(0.5, lora_rank=16), trial(0.4, lora_rank=8)], "lora_rank").dropna()
    assert [text.strip() for text in sorted(found["setting"])] == ["8", "16"]


def test_a_forecast_goes_on_from_the_last_point():
    points = [
        {"examples": 50, "validation_loss": 2.0, "score": None},
        {"examples": 100, "validation_loss": 1.5, "score": 0.5},
    ]
    result = {"points": points, "forecast": {"told": True, "examples": 200, "loss": 1.2}}
    found = frames.sizes(result, "validation_loss")
    assert list(zip(found["examples"].str.strip(), found["value"], found["series"], strict=True)) == [
        ("50", 2.0, "measured"),
        ("100", 1.5, "measured"),
        ("100", 1.5, "forecast"),
        ("200", 1.2, "forecast"),
    ]
    scores = frames.sizes(result, "score")
    assert len(scores.dropna()) == 1 and "forecast" in set(scores["series"])


def test_importances_by_title():
    found = frames.importances({"lora_rank": 0.25}, {"lora_rank": "LoRA rank"})
    assert found.to_dict("records") == [{"setting": "LoRA rank", "share": 0.25}]
