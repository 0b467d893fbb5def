"""Runs: words that follow one another, as one number each. Two texts share a run when they have its words in the same order."""

from dataclasses import dataclass

import numpy

from ft_core.data.join import mixed

_BASE = numpy.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Runs:
    """Every run of `length` words of some texts.

    `sums` uint64 [runs] are the numbers (two different runs get the same with a chance of 1 in 2^64), `owners` int64 [runs] the places
    of their texts, `starts` int64 [runs] the places of their first words among all words of all texts.
    """

    length: int
    sums: numpy.ndarray
    owners: numpy.ndarray
    starts: numpy.ndarray

    def owned(self) -> numpy.ndarray:
        """A number of run and owner together, uint64 [runs]: equal where the same text (by its place) has the same run."""
        return mixed(self.sums ^ mixed(self.owners.astype(numpy.int64)))


def runs(numbers: numpy.ndarray, sizes: numpy.ndarray, length: int) -> Runs:
    """The runs of texts as `Vocabulary.of` numbers them: int32 [words] and int64 [texts]. No run crosses from one text into the next."""
    owners = numpy.repeat(numpy.arange(len(sizes)), sizes)
    count = max(0, len(numbers) - length + 1)
    codes = mixed(numbers.astype(numpy.int64))
    sums = numpy.zeros(count, dtype=numpy.uint64)
    for step in range(length):
        sums = sums * _BASE + codes[step : step + count]
    within = owners[:count] == owners[length - 1 : length - 1 + count]
    return Runs(length, sums[within], owners[:count][within], numpy.flatnonzero(within))


def among(sums: numpy.ndarray, known: numpy.ndarray) -> numpy.ndarray:
    """Whether each number is one of the `known`, which are in order: bool [sums]."""
    if not len(known):
        return numpy.zeros(len(sums), dtype=bool)
    places = numpy.searchsorted(known, sums)
    return known[numpy.minimum(places, len(known) - 1)] == sums


def covered(found: Runs, chosen: numpy.ndarray, sizes: numpy.ndarray) -> numpy.ndarray:
    """How many words of each text lie in one of the `chosen` runs (bool [runs]): int64 [texts]."""
    total = int(sizes.sum())
    steps = numpy.zeros(total + 1, dtype=numpy.int64)
    steps[found.starts[chosen]] += 1
    steps[found.starts[chosen] + found.length] -= 1
    inside = numpy.concatenate([[0], numpy.cumsum(numpy.cumsum(steps[:-1]) > 0)])
    ends = numpy.cumsum(sizes)
    return inside[ends] - inside[ends - sizes]
