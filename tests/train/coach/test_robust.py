"""Statistics that a few wild values do not sway."""

import numpy
import pytest

from ft_core.train.coach.robust import deviation, rolling_median, scatter, significant, slope

NOISE = numpy.random.default_rng(0).normal(0, 0.2, 400)


def test_rolling_median_passes_over_an_outlier():
    assert rolling_median(numpy.array([1.0, 2.0, 90.0, 4.0, 5.0]), 3).tolist() == [1.5, 2.0, 4.0, 5.0, 4.5]


def test_deviation_is_that_of_the_noise_whatever_a_few_values_do():
    wild = NOISE.copy()
    wild[::50] = 100
    assert deviation(NOISE) == pytest.approx(0.2, rel=0.1) and deviation(wild) == pytest.approx(0.2, rel=0.15)
    assert deviation(NOISE[:1]) == 0


def test_scatter_is_around_the_course_of_the_curve():
    falling = numpy.linspace(10, 0, 400)
    assert scatter(falling + NOISE) == pytest.approx(scatter(NOISE), rel=0.1)
    assert deviation(falling + NOISE) > 10 * scatter(falling + NOISE)


def test_slope_and_its_error_are_those_of_least_squares():
    x = numpy.linspace(0, 1, 400)
    found, error = slope(x, 3 - 2 * x + NOISE)
    (expected, _), covariance = numpy.polyfit(x, 3 - 2 * x + NOISE, 1, cov=True)
    assert found == pytest.approx(expected) and error == pytest.approx(covariance[0, 0] ** 0.5)


@pytest.mark.parametrize(("value", "rounded"), [(0.00347, 0.003), (0.00096, 0.001), (12.0, 10.0)])
def test_a_setting_has_one_digit(value, rounded):
    assert significant(value) == rounded
