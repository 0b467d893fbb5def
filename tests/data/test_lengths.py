import numpy
import pytest

from ft_core.data.lengths import Bar, histogram, packing


def test_bars_hold_every_length_and_say_which_are_cut():
    bars = histogram(numpy.array([1, 5, 6, 10, 11, 20]), max_length=10, bins=4)
    assert bars == [Bar(1, 5, 2, 0), Bar(6, 10, 2, 0), Bar(11, 15, 1, 1), Bar(16, 20, 1, 1)]
    assert histogram(numpy.array([3, 3]), 10, 30)[-1] == Bar(3, 3, 2, 0)


def test_what_padding_costs_and_packing_saves():
    cost = packing(numpy.array([10, 2, 10, 2, 30]), max_length=10, batch_size=2)
    assert cost.tokens == 34, "the longest is cut"
    assert cost.padding_sorted == 0 and 0 <= cost.padding_unsorted <= 16 / 3
    assert cost.packed_rows == 4 and cost.packed_padding == pytest.approx(6 / 3)
    assert cost.saved_sorted == 0
    even = packing(numpy.array([5] * 40), max_length=10, batch_size=8)
    assert (even.packed_rows, even.packed_padding, even.saved_unsorted) == (20, 0, 0)


def test_packing_is_best_fit_longest_first():
    chance = numpy.random.default_rng(3)
    for _ in range(30):
        lengths, room = chance.integers(1, 50, 60), int(chance.integers(20, 70))
        rows = []
        for length in sorted(numpy.minimum(lengths, room).tolist(), reverse=True):
            fitting = [number for number, free in enumerate(rows) if free >= length]
            if fitting:
                rows[min(fitting, key=rows.__getitem__)] -= length
            else:
                rows.append(room - length)
        assert packing(lengths, room, 4).packed_rows == len(rows)


def test_many_lengths_are_reckoned_from_a_sample():
    lengths = numpy.random.default_rng(0).integers(1, 100, 50_000)
    cost = packing(lengths, 200, 16)
    assert cost.packed_rows == pytest.approx(lengths.sum() / 200, rel=0.02)
    assert cost.padding_sorted < 1 < 500 < cost.padding_unsorted and cost.saved_unsorted > 0.3
