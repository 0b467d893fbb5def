"""Pairs of sets that share at least 80 % of their members, among a million small sets: filters first, then every candidate is measured.

Two sets that similar share most of the rarest members of each, so only sets that meet in a few of them are compared: one, two or three
at once, the more the smaller the sets (prefix filter, Bayardo et al. 2007, "Scaling up all pairs similarity search"; with several shared
members, Wang et al. 2012, "Can we beat the prefix filtering?"). Candidates whose maps of 64 bits differ in too many places are dropped
unmeasured (Sandes et al. 2020, "Bitmap filter: speeding up exact set similarity joins with bitwise operations").
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy

THRESHOLD = 0.8  # Jaccard: members in both over members in either
_TOLERANCE = 1e-9  # of floating-point products that should be whole
# How many of their rarest members two sets must share to be compared, and up to which size of the larger one.
_LEVELS = ((3, 19), (2, 59), (1, 2**31))
_AT_ONCE = 8_000_000  # signatures in memory
_MEASURED_AT_ONCE = 400_000  # pairs
_WAITING = 2_000_000  # pairs that may be similar
_MEMBERS_AT_ONCE = 4_000_000
_WIDE = 64  # sets of one signature, beyond which they are compared as a square, a few rows at once
_ROWS = 64
# Pairs of sets with a common signature that are all looked at, and of these, pairs that may be similar and are all measured. Beyond it, see
# `_compare_large`.
_MOST_CANDIDATES = 250_000_000
_MOST_LIKELY = 50_000_000
_MAPS = 3
_MAX_ROUNDS = 64

Integers = numpy.ndarray


@dataclass(frozen=True)
class Sets:
    """Small sets of whole numbers, none of them empty: set i is `members[starts[i] : starts[i + 1]]`, ascending. Lower numbers are rarer."""

    starts: Integers
    members: Integers

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True)
class Pairs:
    """`first` < `second` and how similar they are, by first and second. Three arrays of one length.

    All there are when `complete`. Else some sets met too many others: of those, a set may know but one earlier set that it is like.
    """

    first: Integers
    second: Integers
    similarity: numpy.ndarray
    complete: bool


class _Search:
    """What is known while the candidates come in."""

    def __init__(self, sets: Sets) -> None:
        self.sets = sets
        self.sizes = numpy.diff(sets.starts).astype(numpy.int32)
        # How many members two similar sets can differ in at most, by the sum of their sizes.
        sums = numpy.arange(2 * int(self.sizes.max(initial=0)) + 1)
        self.most = numpy.floor((1 - THRESHOLD) / (1 + THRESHOLD) * sums + _TOLERANCE).astype(numpy.int32)
        self.maps = _bitmaps(sets)
        self.known = numpy.empty(0, dtype=numpy.int64)  # first * sets + second, ascending
        self.similarity = numpy.empty(0, dtype=numpy.float32)
        self.has_earlier = numpy.zeros(len(sets), dtype=bool)
        self.complete = True

    def likely(self, first: Integers, second: Integers) -> numpy.ndarray:
        """Which of the pairs neither sizes nor bit maps rule out: bool [pairs]."""
        most = self.most[self.sizes[first] + self.sizes[second]]
        # Two sets differ in at least as many members as their sizes do, and as their maps do in bits.
        likely = numpy.abs(self.sizes[first] - self.sizes[second]) <= most
        for bits in self.maps:
            likely &= numpy.bitwise_count(bits[first] ^ bits[second]) <= most
        return likely

    def measure(self, first: Integers, second: Integers) -> None:
        """Keep those of the pairs that are similar enough."""
        asked = numpy.unique(first.astype(numpy.int64) * len(self.sets) + second)
        if len(self.known):
            place = numpy.searchsorted(self.known, asked)
            asked = asked[self.known[numpy.minimum(place, len(self.known) - 1)] != asked]
        for start in range(0, len(asked), _MEASURED_AT_ONCE):
            some = asked[start : start + _MEASURED_AT_ONCE]
            first, second = numpy.divmod(some, len(self.sets))
            similarity = similarities(self.sets, first, second)
            near = similarity >= THRESHOLD - _TOLERANCE
            if near.any():
                places = numpy.searchsorted(self.known, some[near])
                self.known = numpy.insert(self.known, places, some[near])
                self.similarity = numpy.insert(self.similarity, places, similarity[near])
                self.has_earlier[second[near]] = True


def near_pairs(sets: Sets, groups: Integers | None = None) -> Pairs:
    """All pairs of different sets whose Jaccard similarity is at least THRESHOLD, only within one group where `groups` [sets] are given.

    Equal sets are found, too, unless they have fewer than three members.
    """
    search = _Search(sets)
    salt = mixed(groups.astype(numpy.uint64) + numpy.uint64(2**40)) if groups is not None else None
    smallest = 0
    for shared, largest in _LEVELS:
        chosen = numpy.flatnonzero((search.sizes >= max(smallest, shared)) & (search.sizes <= largest))
        smallest = math.ceil(THRESHOLD * (largest + 1) - _TOLERANCE)
        if len(chosen) < 2:
            continue
        dropped = numpy.floor((1 - THRESHOLD) * search.sizes[chosen] + _TOLERANCE).astype(int)
        total = sum(
            math.comb(int(drop) + shared, shared) * int(count)
            for drop, count in zip(*numpy.unique(dropped, return_counts=True), strict=True)
        )
        parts = -(-total // _AT_ONCE)
        for part in range(parts):
            _compare(search, _signed(sets, chosen, dropped, shared, salt, part, parts))
    first, second = numpy.divmod(search.known, len(sets)) if len(sets) else (search.known, search.known)
    return Pairs(first, second, search.similarity, search.complete)


def similarities(sets: Sets, first: Integers, second: Integers) -> numpy.ndarray:
    """Jaccard similarity of each pair: float64 [pairs], 0 to 1; 1 for two empty sets."""
    sizes = numpy.diff(sets.starts)
    ones, others = sizes[first], sizes[second]
    width = int(sets.members.max(initial=0)) + 1
    pair = numpy.arange(len(first), dtype=numpy.int64)
    keys = numpy.concatenate(
        [
            numpy.repeat(pair, ones) * width + sets.members[_spread(sets.starts[first], ones)],
            numpy.repeat(pair, others) * width + sets.members[_spread(sets.starts[second], others)],
        ]
    )
    keys.sort()
    both = keys[1:][keys[1:] == keys[:-1]] // width
    shared = numpy.bincount(both, minlength=len(first))
    either = ones + others - shared
    return numpy.where(either > 0, shared / numpy.maximum(either, 1), 1.0)


def chosen(sets: Sets, numbers: Integers) -> Sets:
    """Some of the sets, by their numbers in ascending order."""
    sizes = numpy.diff(sets.starts)
    kept = numpy.zeros(len(sets), dtype=bool)
    kept[numbers] = True
    return Sets(numpy.concatenate([[0], numpy.cumsum(sizes[numbers])]), sets.members[numpy.repeat(kept, sizes)])


def members_of(sets: Sets, kept: numpy.ndarray) -> Sets:
    """The sets with only those members that are `kept` [members]; some may be empty, which `similarities` can tell."""
    stays = kept[sets.members]
    before = numpy.concatenate([[0], numpy.cumsum(stays)])
    return Sets(before[sets.starts], sets.members[stays])


def blocks(starts: Integers) -> Iterator[tuple[int, int]]:
    """Set after set in ranges (begin, end) whose members fit into memory several times."""
    bounds = numpy.searchsorted(starts, numpy.arange(0, starts[-1], _MEMBERS_AT_ONCE)).tolist()
    for begin, end in pairwise([*bounds, len(starts) - 1]):
        if begin < end:
            yield begin, end


def _spread(starts: Integers, lengths: Integers) -> Integers:
    """start, start + 1, ... for each start, as many as its length, one after another."""
    ends = numpy.cumsum(lengths)
    return numpy.repeat(starts - (ends - lengths), lengths) + numpy.arange(ends[-1] if len(ends) else 0)


def mixed(values: Integers) -> Integers:
    """Whole numbers -> 64 random-looking bits each (splitmix64, Steele et al. 2014, "Fast splittable pseudorandom number generators")."""
    mixed = values.astype(numpy.uint64) + numpy.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> numpy.uint64(31))


def _bitmaps(sets: Sets) -> list[Integers]:
    """For each set 64 bits, one of them set for each member; and so several times, each time another one: uint64 [sets]."""
    maps = [numpy.empty(len(sets), dtype=numpy.uint64) for _ in range(_MAPS)]
    for begin, end in blocks(sets.starts):
        starts = sets.starts[begin:end] - sets.starts[begin]
        hashed = mixed(sets.members[sets.starts[begin] : sets.starts[end]])
        for number, bits in enumerate(maps):
            place = (hashed >> numpy.uint64(6 * number)) & numpy.uint64(63)
            bits[begin:end] = numpy.bitwise_or.reduceat(numpy.uint64(1) << place, starts)
    return maps


def _signed(
    sets: Sets, chosen: Integers, dropped: Integers, shared: int, salt: Integers | None, part: int, parts: int
) -> Integers:
    """Signatures of one part of all, ascending: `shared` of a set's rarest members in the upper bits, the set's number in the lower ones.

    A set may lack `dropped` members of a similar one, so among its first `dropped + shared` at least `shared` are in both.
    """
    lower = numpy.uint64((1 << len(sets).bit_length()) - 1)
    found = []
    for drop in numpy.unique(dropped):
        rows = chosen[dropped == drop]
        rarest = mixed(sets.members[sets.starts[rows][:, None] + numpy.arange(drop + shared)])
        for first in range(drop + 1):
            # The rarest of the shared members tells which part a signature belongs to.
            mine = numpy.flatnonzero(rarest[:, first] % numpy.uint64(parts) == part)
            number, members = rows[mine].astype(numpy.uint64), rarest[mine]
            begin = salt[rows[mine]] if salt is not None else numpy.uint64(0)
            for others in combinations(range(first + 1, drop + shared), shared - 1):
                signature = mixed(members[:, (first, *others)].sum(axis=1, dtype=numpy.uint64) + begin)
                found.append((signature & ~lower) | number)
    signed = numpy.concatenate(found)
    signed.sort()
    return signed


def _compare(search: _Search, signed: Integers) -> None:
    """Compare the sets that have a signature in common."""
    lower = numpy.uint64((1 << len(search.sets).bit_length()) - 1)
    signature, number = signed & ~lower, (signed & lower).astype(numpy.int64)
    lengths = numpy.diff(numpy.append(_begins(signature), len(signature)))
    together = numpy.repeat(lengths, lengths)
    largest = _largest(lengths)
    large = together > largest
    if large.any():
        search.complete = False
        _compare_large(search, signature[large], number[large])
    small = (together > 1) & ~large
    waiting: list[tuple[Integers, Integers]] = []
    count = total = 0
    number, signature = number[small], signature[small]
    most = int(search.most[2 * search.sizes[number].max(initial=0)])
    for earlier, later in _all_with_all(signature, search.maps[0][number], most):
        first, second = number[earlier], number[later]
        likely = search.likely(first, second)
        waiting.append((first[likely], second[likely]))
        count += len(waiting[-1][0])
        total += len(waiting[-1][0])
        if count > _WAITING:  # most pairs come several times: measured together, they are measured once
            _measure(search, waiting)
            waiting, count = [], 0
        if total > _MOST_LIKELY:
            search.complete = False
            _compare_large(search, signature, number)
            break
    _measure(search, waiting)


def _largest(lengths: Integers) -> int:
    """How many sets may share a signature so that all pairs of all such together are not more than can be looked at."""
    lengths = numpy.sort(lengths)
    allowed = numpy.searchsorted(numpy.cumsum(lengths * (lengths - 1) // 2), _MOST_CANDIDATES, side="right")
    return int(lengths[allowed] - 1 if allowed < len(lengths) else lengths[-1])


def _measure(search: _Search, pairs: list[tuple[Integers, Integers]]) -> None:
    if pairs:
        search.measure(numpy.concatenate([one for one, _ in pairs]), numpy.concatenate([other for _, other in pairs]))


def _all_with_all(signature: Integers, bits: Integers, most: int) -> Iterator[tuple[Integers, Integers]]:
    """Places (earlier, later) of all pairs of one signature whose bits differ in at most `most` places. `signature` is ascending.

    Nearly all pairs end here, so whatever is looked at lies side by side in memory.
    """
    begins = _begins(signature)
    lengths = numpy.diff(numpy.append(begins, len(signature)))
    wide = lengths > _WIDE
    for begin, end in zip(begins[wide].tolist(), (begins + lengths)[wide].tolist(), strict=True):
        for start in range(begin, end, _ROWS):
            rows = bits[start : min(start + _ROWS, end), None]
            earlier, later = numpy.nonzero(numpy.bitwise_count(rows ^ bits[None, start:end]) <= most)
            apart = earlier < later
            yield start + earlier[apart], start + later[apart]
    # Next neighbours first, then those two apart, and so on. A set without a partner at one distance has none further away.
    places = numpy.arange(len(signature))
    following = numpy.repeat(begins + lengths, lengths) - places - 1
    following[numpy.repeat(wide, lengths)] = 0
    for distance in range(1, _WIDE):
        has_partner = following >= distance
        places, following = places[has_partner], following[has_partner]
        near = places[numpy.bitwise_count(bits[places] ^ bits[places + distance]) <= most]
        yield near, near + distance


def _begins(signature: Integers) -> Integers:
    """The first place of each signature; they are ascending."""
    return numpy.flatnonzero(numpy.concatenate([[True], signature[1:] != signature[:-1]]))


def _compare_large(search: _Search, signature: Integers, number: Integers) -> None:
    """Where many sets share a signature, the first is compared with all, then the next that is like none before it, and so on."""
    for _ in range(_MAX_ROUNDS):
        free = ~search.has_earlier[number]
        signature, number = signature[free], number[free]
        if len(number) < 2:
            return
        begins = numpy.concatenate([[True], signature[1:] != signature[:-1]])
        leader = number[begins][numpy.cumsum(begins) - 1]
        rest = numpy.flatnonzero(~begins)
        likely = rest[search.likely(leader[rest], number[rest])]
        search.measure(leader[likely], number[likely])
        signature, number = signature[rest], number[rest]
