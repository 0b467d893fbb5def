import random

import numpy
import pytest

from ft_core.data import join
from ft_core.data.join import Sets, near_pairs, similarities


def sets_of(rows):
    starts = numpy.concatenate([[0], numpy.cumsum([len(row) for row in rows])])
    return Sets(starts, numpy.array([member for row in rows for member in sorted(row)], dtype=numpy.int32))


def some(seed, members, longest, count=250):
    source = random.Random(seed)
    rows = [{source.randrange(members) for _ in range(source.randint(1, longest))} for _ in range(count)]
    rows += [{member for member in row if source.random() < 0.93} or {0} for row in rows[: count // 2]]
    return [set(row) for row in dict.fromkeys(frozenset(row) for row in rows)]


def naive(rows):
    return {
        (first, second)
        for second in range(len(rows))
        for first in range(second)
        if len(rows[first] & rows[second]) / len(rows[first] | rows[second]) >= join.THRESHOLD
    }


@pytest.mark.parametrize(("members", "longest"), [(10, 9), (40, 25), (60, 60), (400, 120)])
def test_the_same_pairs_as_comparing_all_with_all(members, longest):
    for seed in range(4):
        rows = some(seed, members, longest)
        found = near_pairs(sets_of(rows))
        assert found.complete
        assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == naive(rows)
        for first, second, near in zip(found.first, found.second, found.similarity, strict=True):
            assert near == pytest.approx(len(rows[first] & rows[second]) / len(rows[first] | rows[second]))


def test_the_same_pairs_in_parts(monkeypatch):
    rows = some(9, 40, 25)
    whole = near_pairs(sets_of(rows))
    monkeypatch.setattr(join, "_AT_ONCE", 100)
    monkeypatch.setattr(join, "_WAITING", 3)
    parts = near_pairs(sets_of(rows))
    assert parts.complete and (parts.first == whole.first).all() and (parts.second == whole.second).all()


def test_where_too_many_meet_each_knows_one_that_is_like_it(monkeypatch):
    rows = [{*range(20), 100 + number} for number in range(300)]
    monkeypatch.setattr(join, "_MOST_CANDIDATES", 1000)
    found = near_pairs(sets_of(rows))
    assert not found.complete and len(found.first) < 300 * 20
    assert set(found.second.tolist()) == set(range(1, 300))


def test_only_within_one_group():
    rows = [{*range(10), 20}, {*range(10), 21}, {*range(10), 22}]
    found = near_pairs(sets_of(rows), numpy.array([0, 1, 0]))
    assert (found.first.tolist(), found.second.tolist()) == ([0], [2])


def test_few_sets_and_empty_ones():
    assert len(near_pairs(sets_of([])).first) == 0 and len(near_pairs(sets_of([{1, 2}])).first) == 0
    some_empty = Sets(numpy.array([0, 0, 0, 1]), numpy.array([5]))
    assert similarities(some_empty, numpy.array([0, 0]), numpy.array([1, 2])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    "limits",
    [{}, {"_AT_ONCE": 500, "_MEMBERS_AT_ONCE": 40, "_WAITING": 50, "_MEASURED_AT_ONCE": 30}, {"_WIDE": 3, "_ROWS": 2}],
)
def test_many_with_the_same_rare_members_in_small_pieces_and_squares(monkeypatch, limits):
    for name, value in limits.items():
        monkeypatch.setattr(join, name, value)
    source = random.Random(0)
    rows = [{*range(kind * 4, kind * 4 + 4), *source.sample(range(20, 60), 14)} for kind in [0, 1, 2] * 100]
    rows += [row - {max(row)} | {61 + number} for number, row in enumerate(rows[::3])]
    found = near_pairs(sets_of(rows))
    assert found.complete and len(naive(rows)) > 90
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == naive(rows)


def test_where_too_many_may_be_alike_each_knows_an_earlier_one(monkeypatch):
    monkeypatch.setattr(join, "_MOST_LIKELY", 1000)
    found = near_pairs(sets_of([{*range(20), 21 + number} for number in range(200)]))
    assert not found.complete and {*found.second.tolist()} == {*range(1, 200)}
