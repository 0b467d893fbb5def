"""Texts that say nearly the same: at least 80 % of their words are shared (Jaccard similarity of word sets).

Functions that are given the `vocabulary` of an earlier call do not take the same texts apart again; what they find is the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy

from ft_core.data.join import THRESHOLD, Pairs, Sets, blocks, chosen, members_of, mixed, near_pairs, similarities
from ft_core.data.vocabulary import Vocabulary, words

_SECOND = "\n"  # before a word of a second text, which is another word than the same in a first
_WORTH_ANOTHER = 0.01  # of the sets were copies: the search is repeated among those that stay
_LEAST_LETTERS = 5  # of a word that may be misspelt: one letter makes another word of a shorter one
_AT_ONCE = 4_000_000  # words
_MORE_OFTEN = 10  # times that the right spelling is written for each time of a misspelt one

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Copy:
    """The index of the text that a copy repeats, and how similar the two are, 0.8 to 1. Misspelt words count as the right ones."""

    of: int
    similarity: float


def word_set(text: str) -> Words:
    """The different words of a text."""
    return frozenset(words(text))


def similarity(first: Words, second: Words) -> float:
    """Jaccard: words in both over words in either, 0 to 1."""
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


@dataclass(frozen=True)
class Chains:
    """Groups of two or more indices, chained by pairs whose similarity is at least THRESHOLD; ordered by their first index.

    When `complete`, no text is nearly the same as one of another group. Else thousands share their rarest words: of those, each is in
    a group with one earlier text that it is like, but not with every one.
    """

    groups: list[list[int]]
    complete: bool


def near_duplicate_groups(texts: Sequence[str]) -> list[list[int]]:
    """The groups of `chains` alone."""
    return chains(texts).groups


def chains(texts: Sequence[str], vocabulary: Vocabulary | None = None) -> Chains:
    """The groups of texts that are nearly the same."""
    from scipy.sparse import coo_array, csgraph  # slow to load, and no page waits for it

    if len(texts) < 2:
        return Chains([], True)
    different = _different(texts, None, None, vocabulary)
    pairs, count = near_pairs(different.sets), len(different.sets)
    graph = coo_array((numpy.ones(len(pairs.first), dtype=bool), (pairs.first, pairs.second)), shape=(count, count))
    chain = csgraph.connected_components(graph, directed=False)[1][different.which]
    order = numpy.flatnonzero(numpy.bincount(chain)[chain] > 1)
    order = order[numpy.argsort(chain[order], kind="stable")]
    groups = numpy.split(order, numpy.flatnonzero(numpy.diff(chain[order])) + 1)
    return Chains(sorted(group.tolist() for group in groups if len(group)), pairs.complete)


def copies(
    texts: Sequence[str],
    groups: Sequence[int] | None = None,
    seconds: Sequence[str] | None = None,
    vocabulary: Vocabulary | None = None,
) -> dict[int, Copy]:
    """Index of a text -> the earlier text it nearly repeats, one that is itself no copy.

    With `groups` [texts], only within one group. With `seconds` [texts], only where the second text of both is as much alike as the
    first; "" for none.
    """
    if len(texts) < 2:
        return {}
    different = _different(texts, groups, seconds, vocabulary)
    original = _copies(different)
    firsts = different.firsts.tolist()
    found: dict[int, Copy] = {}
    for number, one in enumerate(different.which.tolist()):
        if one in original:
            found[number] = Copy(firsts[original[one].of], original[one].similarity)
        elif firsts[one] != number:
            found[number] = Copy(firsts[one], 1.0)
    return found


def across(
    texts: Sequence[str], groups: Sequence[int], vocabulary: Vocabulary | None = None
) -> list[tuple[int, int, float]]:
    """Pairs of nearly the same texts of different groups: (index, later index, similarity), in order.

    Of texts with the same words in one group, the first stands for all.
    """
    if len(texts) < 2:
        return []
    different = _different(texts, groups, None, vocabulary)
    group = numpy.asarray(groups)[different.firsts]
    pairs = near_pairs(different.sets)
    apart = group[pairs.first] != group[pairs.second]
    firsts, seconds = different.firsts[pairs.first[apart]].tolist(), different.firsts[pairs.second[apart]].tolist()
    return sorted(zip(firsts, seconds, pairs.similarity[apart].tolist(), strict=True))


def between(texts: Sequence[str], others: Sequence[str], vocabulary: Vocabulary | None = None) -> dict[int, Copy]:
    """Index of a text -> the one of the `others` that is most like it, where one is nearly the same. Equal words make a similarity of 1."""
    if not texts or not others:
        return {}
    different = _different([*others, *texts], None, None, vocabulary)
    theirs, ours = different.which[: len(others)], different.which[len(others) :]
    places = numpy.full(len(different.sets), -1)
    places[theirs[::-1]] = numpy.arange(len(others))[::-1]  # of one set, the first
    likest = {one: Copy(place, 1.0) for one, place in enumerate(places.tolist()) if place >= 0}
    asked = numpy.zeros(len(different.sets), dtype=bool)
    asked[ours] = True
    pairs = near_pairs(different.sets)
    for one, other in ((pairs.first, pairs.second), (pairs.second, pairs.first)):
        chosen = numpy.flatnonzero(asked[one] & (places[other] >= 0))
        for mine, place, near in zip(
            one[chosen].tolist(), places[other[chosen]].tolist(), pairs.similarity[chosen].tolist(), strict=True
        ):
            if mine not in likest or near > likest[mine].similarity:
                likest[mine] = Copy(place, near)
    return {number: likest[one] for number, one in enumerate(ours.tolist()) if one in likest}


@dataclass(frozen=True)
class _Different:
    """The different word sets (within a group) of texts: which each text has [texts], the first text with each [sets], and its group.

    `second` says for each number of a word whether it is of the second texts.
    """

    sets: Sets
    which: numpy.ndarray
    firsts: numpy.ndarray
    groups: numpy.ndarray | None
    second: numpy.ndarray


def _copies(different: _Different) -> dict[int, Copy]:
    """As `copies`, of sets that are all different."""
    found: dict[int, Copy] = {}
    left = numpy.arange(len(different.sets))
    while len(left) > 1:
        sets = chosen(different.sets, left)
        pairs = near_pairs(sets, different.groups[left] if different.groups is not None else None)
        again = _first_kept(_alike_in_both(sets, pairs, different.second))
        found |= {int(left[number]): Copy(int(left[copy.of]), copy.similarity) for number, copy in again.items()}
        if pairs.complete or len(again) <= _WORTH_ANOTHER * len(left):
            break
        # What was like a copy alone may be like another of those that stay.
        stays = numpy.ones(len(left), dtype=bool)
        stays[list(again)] = False
        left = left[stays]
    return found


def _alike_in_both(sets: Sets, pairs: Pairs, second: numpy.ndarray) -> Pairs:
    """The pairs whose first and second texts are each similar enough. If both are, so are all words together: no pair is missing."""
    if not second.any():
        return pairs
    alike = numpy.ones(len(pairs.first), dtype=bool)
    for part in (second, ~second):
        alike &= similarities(members_of(sets, part), pairs.first, pairs.second) >= THRESHOLD
    return Pairs(pairs.first[alike], pairs.second[alike], pairs.similarity[alike], pairs.complete)


def _first_kept(pairs: Pairs) -> dict[int, Copy]:
    """Number -> the first earlier one it is like that is no copy itself."""
    order = numpy.lexsort((pairs.first, pairs.second))
    found: dict[int, Copy] = {}
    for first, second, near in zip(
        pairs.first[order].tolist(), pairs.second[order].tolist(), pairs.similarity[order].tolist(), strict=True
    ):
        if first not in found and second not in found:
            found[second] = Copy(first, near)
    return found


def _different(
    texts: Sequence[str],
    groups: Sequence[int] | None,
    seconds: Sequence[str] | None,
    vocabulary: Vocabulary | None,
) -> _Different:
    known, members, sizes = _numbered(texts, seconds, vocabulary or Vocabulary())
    everything, order = _rarest_first(known, members, sizes)
    # Two different sets get one sum with a chance of 1 in 2^64.
    sums = _sums(everything)
    group = numpy.asarray(groups, dtype=numpy.int64) if groups is not None else None
    if group is not None:
        sums = mixed(sums) + mixed(group)
    _, firsts, which = numpy.unique(sums, return_index=True, return_inverse=True)
    in_order = numpy.argsort(firsts)
    place = numpy.empty_like(in_order)
    place[in_order] = numpy.arange(len(in_order))
    firsts = firsts[in_order]
    second = numpy.array([word.startswith(_SECOND) for word in known], dtype=bool)[order]
    return _Different(
        chosen(everything, firsts), place[which], firsts, group[firsts] if group is not None else None, second
    )


def _sums(sets: Sets) -> numpy.ndarray:
    """64 bits of each set, uint64 [sets]."""
    sums = numpy.empty(len(sets), dtype=numpy.uint64)
    for begin, end in blocks(sets.starts):
        members = sets.members[sets.starts[begin] : sets.starts[end]]
        sums[begin:end] = numpy.add.reduceat(mixed(members), sets.starts[begin:end] - sets.starts[begin])
    return sums


def _numbered(
    texts: Sequence[str], seconds: Sequence[str] | None, vocabulary: Vocabulary
) -> tuple[list[str], numpy.ndarray, numpy.ndarray]:
    """The words that occur, in order of their first occurrence; all words of all texts as places in that list; how many each text has.

    A text's second text follows it, with words that are others than the same in a first.
    """
    members, sizes = vocabulary.of(texts)
    known = list(vocabulary.numbers)
    if seconds is not None and any(seconds):
        members, sizes, known = _with_seconds(members, sizes, known, seconds)
    occurring = _by_first_occurrence(members, len(known))
    place = numpy.empty(len(known), dtype=numpy.int32)
    place[occurring] = numpy.arange(len(occurring))
    return [known[number] for number in occurring.tolist()], place[members], sizes


def _by_first_occurrence(members: numpy.ndarray, count: int) -> numpy.ndarray:
    """Those of the numbers below `count` that are among the members, in order of the first place of each."""
    first = numpy.full(count, len(members))
    for begin in reversed(range(0, len(members), _AT_ONCE)):
        some = members[begin : begin + _AT_ONCE]
        # Of several places of a number the one that is written last stays: backwards, the first.
        first[some[::-1]] = numpy.arange(begin, begin + len(some))[::-1]
    return numpy.argsort(first, kind="stable")[: numpy.count_nonzero(first < len(members))]


def _with_seconds(
    members: numpy.ndarray, sizes: numpy.ndarray, known: list[str], seconds: Sequence[str]
) -> tuple[numpy.ndarray, numpy.ndarray, list[str]]:
    own = Vocabulary()
    written = [place for place, second in enumerate(seconds) if second]
    others, counts = own.of([seconds[place] for place in written])
    text = numpy.concatenate([numpy.repeat(numpy.arange(len(sizes)), sizes), numpy.repeat(written, counts)])
    both = numpy.concatenate([members, others + len(known)])[numpy.argsort(text, kind="stable")]
    sizes = sizes.copy()
    sizes[written] += counts
    return both, sizes, known + [_SECOND + word for word in own.numbers]


def _rarest_first(known: Sequence[str], members: numpy.ndarray, sizes: numpy.ndarray) -> tuple[Sets, numpy.ndarray]:
    """Sets of words, each word by its place in the order of how often words are written, and that order. `known` is member -> word."""
    counts = numpy.bincount(members)
    right = _right_spellings(known, counts.tolist())
    if right:
        spelling = numpy.arange(len(known), dtype=numpy.int32)
        spelling[list(right)] = list(right.values())
        members = spelling[members]
        counts = numpy.bincount(members, minlength=len(known))
    order = numpy.argsort(counts, kind="stable")
    place = numpy.empty(len(known), dtype=numpy.int64)
    place[order] = numpy.arange(len(known))
    written = numpy.concatenate([[0], numpy.cumsum(sizes)])
    found, counts = [], []
    for begin, end in blocks(written):
        text = numpy.repeat(numpy.arange(end - begin), sizes[begin:end])
        keys = text * len(known) + place[members[written[begin] : written[end]]]
        keys.sort()
        text, member = numpy.divmod(keys[numpy.append(True, keys[1:] != keys[:-1])], len(known))
        found.append(member.astype(numpy.int32))
        counts.append(numpy.bincount(text, minlength=end - begin))
    starts = numpy.concatenate([[0], numpy.cumsum(numpy.concatenate(counts))])
    return Sets(starts, numpy.concatenate(found)), order


def _right_spellings(known: Sequence[str], counts: Sequence[int]) -> dict[int, int]:
    """Number of a word -> number of the one it is misspelt from: a letter left out, put in, changed or swapped, but never the first.

    Found by what is left of two words without a letter (Garbe 2012, "Symmetric Delete spelling correction").
    """
    forms: dict[str, int] = {}
    often = [number for number, count in enumerate(counts) if count >= _MORE_OFTEN]
    # By the words themselves where counts are equal, so that the order of the texts decides nothing.
    for number in sorted(often, key=lambda number: (-counts[number], known[number])):
        if _may_be_misspelt(known[number]):
            for form in _without_a_letter(known[number]):
                forms.setdefault(form, number)
    if not forms:
        return {}
    found: dict[int, int] = {}
    for number, word in enumerate(known):
        if _may_be_misspelt(word):
            close = (forms[form] for form in _without_a_letter(word) if form in forms)
            likely = max(close, key=lambda other: counts[other], default=number)
            if counts[likely] >= _MORE_OFTEN * counts[number]:
                found[number] = likely
    return {number: found.get(likely, likely) for number, likely in found.items()}


def _may_be_misspelt(word: str) -> bool:
    word = word.removeprefix(_SECOND)
    return len(word) >= _LEAST_LETTERS and word.isalpha()


def _without_a_letter(word: str) -> Iterable[str]:
    """The word itself, and without each of its letters but the first."""
    yield word
    for index in range(2 if word.startswith(_SECOND) else 1, len(word)):
        yield word[:index] + word[index + 1 :]
