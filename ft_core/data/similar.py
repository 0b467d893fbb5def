"""Texts that say nearly the same: at least 80 % of their words are shared (Jaccard similarity of word sets)."""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy
from scipy.sparse import coo_array, csgraph

from ft_core.data.join import THRESHOLD, Pairs, Sets, mixed, near_pairs

_WORD = re.compile(r"\w+")
# Scripts without spaces between words (Thai to Khmer, kana, Chinese, Hangul): pairs of letters stand in for words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEAST_LETTERS = 5  # of a word that may be misspelt: one letter makes another word of a shorter one
_MORE_OFTEN = 10  # times that the right spelling is written for each time of a misspelt one

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Copy:
    """The index of the text that a copy repeats, and how similar the two are, 0.8 to 1. Misspelt words count as the right ones."""

    of: int
    similarity: float


def normalise(text: str) -> str:
    """What two copies of one text share: Unicode form, case and white space are evened out."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def words(text: str) -> list[str]:
    """The different words of a text, in order. A text without any word is one word of itself."""
    even = normalise(text)
    if not even.isascii() and _UNSPACED.search(even):
        letters = "".join(even.split())
        return list(dict.fromkeys(letters[index : index + 2] for index in range(max(1, len(letters) - 1))))
    return list(dict.fromkeys(_WORD.findall(even))) or [even]


def word_set(text: str) -> Words:
    """The different words of a text."""
    return frozenset(words(text))


def similarity(first: Words, second: Words) -> float:
    """Jaccard: words in both over words in either, 0 to 1."""
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


def near_duplicate_groups(texts: Sequence[str]) -> list[list[int]]:
    """Groups of two or more indices, chained by pairs whose similarity is at least THRESHOLD; ordered by their first index.

    Every such pair counts, but where dozens share their rarest words: there one earlier like it is enough for each text.
    """
    if len(texts) < 2:
        return []
    sets, which, _ = _different(texts, None)
    pairs = near_pairs(sets)
    graph = coo_array((numpy.ones(len(pairs.first), dtype=bool), (pairs.first, pairs.second)), shape=(len(sets),) * 2)
    chain = csgraph.connected_components(graph, directed=False)[1][which]
    order = numpy.argsort(chain, kind="stable")
    groups = numpy.split(order, numpy.flatnonzero(numpy.diff(chain[order])) + 1)
    return sorted(group.tolist() for group in groups if len(group) > 1)


def copies(texts: Sequence[str], groups: Sequence[int] | None = None) -> dict[int, Copy]:
    """Index of a text -> the earlier text it nearly repeats, one that is itself no copy. With `groups` [texts], only within one group."""
    if len(texts) < 2:
        return {}
    sets, which, firsts = _different(texts, groups)
    group = numpy.asarray(groups, dtype=numpy.int64)[firsts] if groups is not None else None
    original = _copies(sets, group)
    found: dict[int, Copy] = {}
    for number, one in enumerate(which.tolist()):
        if one in original:
            found[number] = Copy(int(firsts[original[one].of]), original[one].similarity)
        elif firsts[one] != number:
            found[number] = Copy(int(firsts[one]), 1.0)
    return found


def _copies(sets: Sets, groups: numpy.ndarray | None) -> dict[int, Copy]:
    """As `copies`, of sets that are all different."""
    found: dict[int, Copy] = {}
    left = numpy.arange(len(sets))
    while len(left) > 1:
        pairs = near_pairs(_chosen(sets, left), groups[left] if groups is not None else None)
        again = _first_kept(pairs, len(left))
        found |= {int(left[number]): Copy(int(left[copy.of]), copy.similarity) for number, copy in again.items()}
        if pairs.complete or not again:
            break
        # What was like a copy alone may be like another of those that stay.
        stays = numpy.ones(len(left), dtype=bool)
        stays[list(again)] = False
        left = left[stays]
    return found


def _first_kept(pairs: Pairs, count: int) -> dict[int, Copy]:
    """Number -> the first earlier one it is like that is no copy itself."""
    order = numpy.lexsort((pairs.first, pairs.second))
    found: dict[int, Copy] = {}
    for first, second, near in zip(
        pairs.first[order].tolist(), pairs.second[order].tolist(), pairs.similarity[order].tolist(), strict=True
    ):
        if first not in found and second not in found:
            found[second] = Copy(first, near)
    return found


def _chosen(sets: Sets, numbers: numpy.ndarray) -> Sets:
    if len(numbers) == len(sets):
        return sets
    sizes = numpy.diff(sets.starts)
    chosen = numpy.zeros(len(sets), dtype=bool)
    chosen[numbers] = True
    return Sets(numpy.concatenate([[0], numpy.cumsum(sizes[numbers])]), sets.members[numpy.repeat(chosen, sizes)])


def _different(texts: Sequence[str], groups: Sequence[int] | None) -> tuple[Sets, numpy.ndarray, numpy.ndarray]:
    """The different word sets of the texts (within a group), which of them each text has [texts], and the first text with each [sets]."""
    numbers: dict[str, int] = {}
    members = array("i")
    sizes = numpy.empty(len(texts), dtype=numpy.int64)
    for index, text in enumerate(texts):
        found = words(text)
        members.extend([numbers.setdefault(word, len(numbers)) for word in found])
        sizes[index] = len(found)
    everything = _rarest_first(numbers, numpy.frombuffer(members, dtype=numpy.int32), sizes)
    # Two different sets get one sum with a chance of 1 in 2^64.
    sums = numpy.add.reduceat(mixed(everything.members), everything.starts[:-1])
    if groups is not None:
        sums = mixed(sums) + mixed(numpy.asarray(groups))
    _, firsts, which = numpy.unique(sums, return_index=True, return_inverse=True)
    order = numpy.argsort(firsts)
    place = numpy.empty_like(order)
    place[order] = numpy.arange(len(order))
    return _chosen(everything, firsts[order]), place[which], firsts[order]


def _rarest_first(numbers: dict[str, int], members: numpy.ndarray, sizes: numpy.ndarray) -> Sets:
    """Sets of words, each word by its place among all words in the order of how often they are written. `numbers` is word -> member."""
    counts = numpy.bincount(members)
    right = _right_spellings(list(numbers), counts.tolist())
    if right:
        spelling = numpy.arange(len(numbers))
        spelling[list(right)] = list(right.values())
        members = spelling[members]
        counts = numpy.bincount(members, minlength=len(numbers))
    place = numpy.empty(len(numbers), dtype=numpy.int64)
    place[numpy.argsort(counts, kind="stable")] = numpy.arange(len(numbers))
    keys = numpy.repeat(numpy.arange(len(sizes)), sizes) * len(numbers) + place[members]
    keys.sort()
    if right:  # a text may hold both spellings
        keys = keys[numpy.append(True, keys[1:] != keys[:-1])]
        sizes = numpy.bincount(keys // len(numbers), minlength=len(sizes))
    starts = numpy.concatenate([[0], numpy.cumsum(sizes)])
    return Sets(starts, (keys % len(numbers)).astype(numpy.int32))


def _right_spellings(known: Sequence[str], counts: Sequence[int]) -> dict[int, int]:
    """Number of a word -> number of the one it is misspelt from: a letter left out, put in, changed or swapped, but never the first.

    Found by what is left of two words without a letter (Garbe 2012, "Symmetric Delete spelling correction").
    """
    forms: dict[str, int] = {}
    for number in sorted(range(len(known)), key=lambda number: -counts[number]):
        if counts[number] < _MORE_OFTEN:
            break
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
    return len(word) >= _LEAST_LETTERS and word.isalpha()


def _without_a_letter(word: str) -> Iterable[str]:
    """The word itself, and without each of its letters but the first."""
    yield word
    for index in range(1, len(word)):
        yield word[:index] + word[index + 1 :]
