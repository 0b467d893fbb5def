"""Tables and charts of a run."""

import pytest

from ft_core.ui import frames, show


def rows(steps):
    train = [{"kind": "train", "step": step, "loss": 1.0 / step, "token_accuracy": 0.5} for step in range(1, steps + 1)]
    return train + [{"kind": "validation", "step": step, "loss": 2.0 / step} for step in range(50, steps + 1, 50)]


@pytest.mark.parametrize("steps", [1, 399, 400, 401, 799, 10_000])
def test_a_chart_has_at_most_500_points_and_ends_with_the_last_step(steps):
    chart = frames.curve(rows(steps), "loss")
    assert len(chart) <= frames.POINTS
    last = chart[chart.series == "training"].iloc[-1]
    assert (last.step, last.value) == (steps, 1.0 / steps)


def test_thinning_averages_every_stretch():
    points = [(step, float(step % 2)) for step in range(1001)]
    thinned = frames.thin(points, 101)
    assert len(thinned) <= 101
    assert all(value == pytest.approx(0.5, abs=0.1) for _, value in thinned[:-1])
    assert sorted(thinned) == thinned


def test_missing_values_are_left_out():
    chart = frames.curve(rows(100), "token_accuracy")
    assert set(chart.series) == {"training"}


def test_samples_show_the_base_beside_the_newest():
    table = frames.samples([{"step": step, "prompt": "p", "expected": "e", "answer": f"a{step}"} for step in (0, 5, 9)])
    assert table.iloc[0].tolist() == ["p", "e", "a0", "a9"]
    assert table.columns[3] == "Now (step 9)"


def test_before_the_first_evaluation_there_is_no_answer_yet():
    assert frames.samples([{"step": 0, "prompt": "p", "expected": "e", "answer": "a"}]).iloc[0].tolist() == [
        "p",
        "e",
        "a",
        "not yet",
    ]
    assert frames.samples([]).empty


def test_metrics_are_written_with_their_interval_and_the_deciding_one_first():
    metric = {
        "title": "Loss",
        "meaning": "Surprise.",
        "better": "lower",
        "base": 2.0,
        "few_shot": None,
        "tuned": 1.0,
        "difference": -1.0,
        "low": -1.2,
        "high": -0.8,
    }
    report = {
        "headline": "accuracy",
        "metrics": {"loss": metric, "accuracy": metric | {"title": "Accuracy", "better": "higher"}},
    }
    table = frames.metrics(report, show.number)
    assert table.iloc[0].tolist()[:6] == ["Accuracy (decides)", "2", "–", "1", "-1", "-1.2 to -0.8"]
    assert table.iloc[1].tolist()[6] == "Surprise. Lower is better."


def test_confusion_has_a_row_and_a_column_per_label():
    table = frames.confusion({"confusion": {"labels": ["a", "b"], "tuned": [[3, 1], [0, 2]]}})
    assert table.values.tolist() == [["a", 3, 1], ["b", 0, 2]]
