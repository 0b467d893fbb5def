"""What more examples would buy: a power law through the losses measured on parts of the training split. Without torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import scipy

FEWEST = 4  # points: three numbers are fitted, and each point is left out once
_EXPONENTS = numpy.geomspace(0.05, 2.0, 120)
_EXPLAINED = 0.8  # share of the differences between the losses that the curve must explain
_FACTOR = 3.0  # a range that reaches beyond a third or three times the forecast says nothing, unless all of it is small
_HARDLY = 0.01  # of the loss: a gain below it is none that a person would notice


@dataclass(frozen=True)
class Curve:
    """loss(n) = floor + scale * n ** -exponent, in nats per token for n examples."""

    floor: float
    scale: float
    exponent: float

    def loss(self, examples: float) -> float:
        return self.floor + self.scale * examples**-self.exponent


@dataclass(frozen=True)
class Forecast:
    """What twice the largest number of examples would lead to. `gain` is how far the loss would fall, `low` to `high` its range over the
    fits that leave one point out, which is no confidence interval: of simulated curves with four points it held the truth in six of ten cases.
    All None when it cannot be told, and `sentence` says why.
    """

    examples: int
    sentence: str
    told: bool = False
    loss: float | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    curve: Curve | None = None


def fit(examples: Sequence[int], losses: Sequence[float]) -> Curve:
    """The power law of least squares through at least three points (Hestness et al. 2017, arXiv:1712.00409, section 3; Kaplan et al. 2020,
    arXiv:2001.08361, section 1.2).

    For each exponent the two other numbers follow from a linear problem, with neither below 0, so no start value decides the outcome.
    """
    sizes, wanted = numpy.asarray(examples, dtype=float), numpy.asarray(losses, dtype=float)
    best: tuple[float, Curve] | None = None
    for exponent in _EXPONENTS:
        # Relative to the largest size both columns are about as large, which keeps the problem well posed.
        columns = numpy.stack([numpy.ones_like(sizes), (sizes / sizes.max()) ** -exponent], axis=1)
        (floor, scale), error = scipy.optimize.nnls(columns, wanted)
        if best is None or error < best[0]:
            best = error, Curve(float(floor), float(scale * sizes.max() ** exponent), float(exponent))
    assert best is not None
    return best[1]


def forecast(examples: Sequence[int], losses: Sequence[float]) -> Forecast:
    """What the next doubling would buy, from the lowest validation loss at each number of examples; or that it cannot be told, and why."""
    points = sorted(zip(examples, losses, strict=True))
    sizes, wanted = [size for size, _ in points], [loss for _, loss in points]
    target = 2 * max(sizes, default=0)
    if len(set(sizes)) < FEWEST:
        return _untold(target, f"{len(set(sizes))} sizes were measured, and it takes {FEWEST}")
    if wanted[-1] >= wanted[0]:
        return _untold(target, "the loss did not fall from the smallest part to the largest")
    curve = fit(sizes, wanted)
    missed = sum((curve.loss(size) - loss) ** 2 for size, loss in points)
    spread = sum((loss - sum(wanted) / len(wanted)) ** 2 for loss in wanted)
    if missed > (1 - _EXPLAINED) * spread:
        return _untold(target, "the losses jump up and down instead of following a curve")
    gains = [_gain(curve, target)]
    for left_out in range(len(points)):
        rest = points[:left_out] + points[left_out + 1 :]
        gains.append(_gain(fit([size for size, _ in rest], [loss for _, loss in rest]), target))
    low, high = min(gains), max(gains)
    small = high < _HARDLY * wanted[-1]
    if not small and not (gains[0] <= _FACTOR * low and high <= _FACTOR * gains[0]):
        return _untold(target, "leaving out one point changes the answer too much")
    loss = curve.loss(target)
    sentence = _sentence(target, wanted[-1], gains[0], low, high, small)
    return Forecast(target, sentence, True, loss, gains[0], low, high, curve)


def _gain(curve: Curve, target: int) -> float:
    """How far the loss falls from half the target to the target."""
    return curve.loss(target / 2) - curve.loss(target)


def _untold(target: int, reason: str) -> Forecast:
    return Forecast(target, f"What twice the data would buy cannot be told: {reason}.")


def _sentence(target: int, now: float, gain: float, low: float, high: float, small: bool) -> str:
    fall = f"fall by about {gain:.3f} ({low:.3f} to {high:.3f}), from {now:.3f}"
    said = f"With twice the data ({target:,} training examples) the validation loss is expected to {fall}"
    if small:
        return f"{said}: more data of this kind would hardly help."
    return f"{said}: more data would {'still help' if low >= _HARDLY * now else 'help a little'}."
