"""Token lengths of many examples: their histogram, and what batches of them waste."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy

from ft_core.settings.example import Example

_PACKED_AT_MOST = 10_000


@dataclass(frozen=True)
class Bar:
    """How many examples have from `start` to `end` tokens, both included; `cut` of them are longer than the window."""

    start: int
    end: int
    count: int
    cut: int


@dataclass(frozen=True)
class Packing:
    """What batches waste. `tokens` is the whole data within the window; padding is in tokens a batch, on average.

    `packed_rows` is into how many rows of the window's length all examples fit, and `packed_padding` what stays empty for as many
    tokens as a batch has. The shares, 0 to 1, are of all that would be computed: what packing saves of it.
    """

    tokens: int
    padding_unsorted: float
    padding_sorted: float
    packed_rows: int
    packed_padding: float
    saved_unsorted: float
    saved_sorted: float


def histogram(lengths: numpy.ndarray, max_length: int, bins: int = 30) -> list[Bar]:
    """At most `bins` bars of one width for a chart. `lengths` is int64 [examples], not empty."""
    width = max(1, ceil(int(lengths.max()) / bins))
    count = ceil(int(lengths.max()) / width)
    # A length of exactly a multiple belongs to the bar that ends there.
    places = numpy.maximum(lengths - 1, 0) // width
    counts = numpy.bincount(places, minlength=count)
    cut = numpy.bincount(places[lengths > max_length], minlength=count)
    return [Bar(place * width + 1, (place + 1) * width, int(counts[place]), int(cut[place])) for place in range(count)]


def packing(lengths: numpy.ndarray, max_length: int, batch_size: int) -> Packing:
    """What padding costs with batches in random order, in order of length, and with several examples in one row (packing).

    `lengths` is int64 [examples], not empty. Packing is best fit, longest first (Johnson 1973), the way trl packs; of more than
    10,000 examples a sample of as many is packed and the rest reckoned from it.
    """
    kept = numpy.minimum(lengths, max_length)
    tokens, batches = int(kept.sum()), ceil(len(kept) / batch_size)
    shuffled = numpy.random.default_rng(0).permutation(kept)
    mixed = _padding(shuffled, batch_size)
    ordered = _padding(numpy.sort(kept), batch_size)
    sample = shuffled[:_PACKED_AT_MOST]
    rows = ceil(_rows_packed(sample, max_length) * tokens / int(sample.sum()))
    empty = rows * max_length - tokens
    return Packing(
        tokens,
        mixed / batches,
        ordered / batches,
        rows,
        empty / batches,
        max(0.0, (mixed - empty) / (tokens + mixed)),
        max(0.0, (ordered - empty) / (tokens + ordered)),
    )


def _padding(lengths: numpy.ndarray, batch_size: int) -> int:
    """Padding tokens of all batches in this order."""
    starts = numpy.arange(0, len(lengths), batch_size)
    sizes = numpy.diff(numpy.append(starts, len(lengths)))
    return int((numpy.maximum.reduceat(lengths, starts) * sizes).sum() - lengths.sum())


def _rows_packed(lengths: numpy.ndarray, max_length: int) -> int:
    """How many rows of `max_length` hold all examples: each goes where it leaves least room. Equal ones go together, so it is quick."""
    counts = numpy.bincount(lengths, minlength=max_length + 1)
    rows = numpy.zeros(max_length + 1, dtype=numpy.int64)  # how many rows have this much room
    for length in numpy.flatnonzero(counts)[::-1].tolist():
        left = int(counts[length])
        while left and length:
            fitting = numpy.flatnonzero(rows[length:])
            room = length + int(fitting[0]) if len(fitting) else max_length
            taken = min(left, int(rows[room])) if len(fitting) else ceil(left / (max_length // length))
            if len(fitting):
                rows[room] -= taken
                rows[room - length] += taken
                left -= taken
            else:
                rows[max_length] += taken
    return int(rows.sum())


def summary(lengths: numpy.ndarray, examples: Sequence[Example]) -> dict[str, Any]:
    """Token lengths in short: median, 95th percentile, longest, and the source row of the longest with its part of a mix.

    `lengths` is [examples], not empty.
    """
    longest = int(lengths.argmax())
    return {
        "median": int(numpy.median(lengths)),
        "p95": int(numpy.percentile(lengths, 95)),
        "max": int(lengths[longest]),
        "longest_part": examples[longest].part,
        "longest_row": examples[longest].row,
    }
