"""The curves of a training."""

import pytest

from ft_core.settings import project
from ft_core.train.coach.advice import Advice, Evidence
from ft_core.ui.training import curves


def rows(steps):
    train = [{"kind": "train", "step": step, "loss": 1.0 / step, "token_accuracy": 0.5} for step in range(1, steps + 1)]
    return train + [{"kind": "validation", "step": step, "loss": 2.0 / step} for step in range(50, steps + 1, 50)]


@pytest.mark.parametrize("steps", [1, 297, 298, 299, 799, 10_000])
def test_a_chart_has_at_most_500_points_and_ends_with_the_last_step(steps):
    chart = curves.curve(rows(steps), "loss")
    assert len(chart) <= curves.POINTS
    last = chart[chart.series == "training"].iloc[-1]
    assert (last.step, last.value) == (steps, pytest.approx(1.0 / steps, rel=1e-4))


def test_thinning_averages_every_stretch():
    points = [(step, float(step % 2)) for step in range(1001)]
    thinned = curves.thin(points, 101)
    assert len(thinned) <= 101
    assert all(value == pytest.approx(0.5, abs=0.1) for _, value in thinned[:-1])
    assert sorted(thinned) == thinned


def test_missing_values_are_left_out():
    chart = curves.curve(rows(100), "token_accuracy")
    assert set(chart.dropna().series) == {"training"}


def test_best_weights_and_what_the_coach_sees_are_marked():
    advice = Advice("x", "problem", "t", "w", "y", "f", Evidence("loss", 10, 20))
    chart = curves.curve(rows(100), "loss", best=100, advice=[advice], chart="loss")
    seen = chart[chart.series == curves.SEEN]
    assert (seen.step.min(), seen.step.max()) == (10, 20)
    best = chart[chart.series == curves.BEST]
    assert best.step.tolist() == [100, 100] and best.value.tolist() == [chart.value.min(), chart.value.max()]
    spike = Advice("x", "problem", "t", "w", "y", "f", Evidence("loss", 10, 10))
    chart = curves.curve(rows(100), "loss", advice=[spike], chart="loss")
    assert chart[chart.series == curves.SEEN].step.tolist() == [9, 10, 11]
    other = curves.curve(rows(100), "loss", advice=[advice], chart="gradient_norm")
    assert curves.SEEN not in set(other.dropna().series)


def test_the_best_step_is_the_first_with_the_lowest_validation_loss():
    assert curves.best_step(rows(100)) == 100 and curves.best_step(rows(20)) is None


def test_a_mix_has_a_line_for_each_part():
    row = {"kind": "validation", "step": 5, "loss": 1.0, "parts": {"faq": 0.5, "mail": 1.5}}
    assert curves.parts([row]).values.tolist() == [[5, 0.5, "faq"], [5, 1.5, "mail"]]
    assert curves.parts(rows(100)) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "loss (nats per token)"),
        ({"task": "classification", "training": {"head": "classification"}}, "loss (nats per example)"),
        ({"task": "preference"}, "loss (nats per pair)"),
        (
            {"task": "preference", "training": {"preference_loss": "ipo"}},
            "loss of a pair (0: as far apart as is wanted)",
        ),
    ],
)
def test_the_loss_is_called_what_it_is(given, words):
    assert curves.loss_axis(project.parse({"data": {"source": "x.csv"}} | given, "p")) == words


def test_a_chart_has_every_series_from_its_first_value_on():
    assert curves.curve([], "loss") is None and curves.parts([]) is None
    first = curves.curve([{"kind": "train", "step": 1, "loss": 2.5}], "loss")
    assert set(first.series) == set(curves.COLOURS)
    assert first.dropna().values.tolist() == [[1, 2.5, curves.TRAINING]]
