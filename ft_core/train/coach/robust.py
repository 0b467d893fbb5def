"""Statistics that a few wild values do not sway."""

import numpy

# The median absolute deviation of normal noise times this is its standard deviation (Rousseeuw & Croux 1993).
_MAD_TO_DEVIATION = 1.4826
# The standard error of a median is this many times that of a mean, for normal noise: sqrt(pi / 2).
MEDIAN_ERROR = 1.2533


def rolling_median(values: numpy.ndarray, width: int) -> numpy.ndarray:
    """The median of the `width` (odd) values around each; fewer at both ends. float64 [n] -> float64 [n]."""
    half = width // 2
    return numpy.array([numpy.median(values[max(0, i - half) : i + half + 1]) for i in range(len(values))])


def deviation(values: numpy.ndarray) -> float:
    """Standard deviation of the noise in `values`, from the median absolute deviation; 0 for none or one."""
    if len(values) < 2:
        return 0.0
    return float(_MAD_TO_DEVIATION * numpy.median(numpy.abs(values - numpy.median(values))))


def scatter(values: numpy.ndarray) -> float:
    """Standard deviation of a curve's noise around its own course: that of neighbours' differences over sqrt(2) (Rice 1984)."""
    return deviation(numpy.diff(values)) / 2**0.5


def slope(x: numpy.ndarray, y: numpy.ndarray) -> tuple[float, float]:
    """(slope, its standard error) of the least-squares line through at least three points of different x."""
    centred = x - x.mean()
    spread = float(centred @ centred)
    found = float(centred @ (y - y.mean())) / spread
    residuals = y - y.mean() - found * centred
    return found, float(numpy.sqrt(residuals @ residuals / (len(x) - 2) / spread))


def significant(value: float) -> float:
    """Rounded to one digit that is not zero, as a person would choose a setting: 0.00347 -> 0.003."""
    return float(f"{value:.0e}")
