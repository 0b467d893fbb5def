"""Texts that say nearly the same: at least 80 % of their words are shared (Jaccard similarity of word sets)."""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

THRESHOLD = 0.8
_TOLERANCE = 1e-9  # of floating-point products that should be whole
_WORD = re.compile(r"\w+")
# Scripts without spaces between words (Thai to Khmer, kana, Chinese, Hangul): pairs of letters stand in for words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

Words = frozenset[str]


def normalise(text: str) -> str:
    """What two copies of one text share: Unicode form, case and white space are evened out."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def word_set(text: str) -> Words:
    """The different words of a text. A text without any word is a set of its one self."""
    even = normalise(text)
    if _UNSPACED.search(even):
        letters = "".join(even.split())
        return frozenset(letters[index : index + 2] for index in range(max(1, len(letters) - 1)))
    return frozenset(_WORD.findall(even)) or frozenset([even])


def similarity(first: Words, second: Words) -> float:
    """Jaccard: words in both over words in either, 0 to 1."""
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


def near_duplicate_groups(texts: Sequence[str], threshold: float = THRESHOLD) -> list[list[int]]:
    """Groups of two or more indices, chained by pairs whose similarity is at least `threshold`; ordered by their first index.

    Finds every such pair: two sets that similar must share one of the few rarest words of each, so only texts that meet in one
    of those are compared (prefix filter with sets in order of size, Bayardo et al. 2007, "Scaling up all pairs similarity search").
    """
    sets = [word_set(text) for text in texts]
    groups = list(range(len(sets)))
    frequency = Counter(word for words in set(sets) for word in words)
    index: dict[str, list[int]] = defaultdict(list)
    known: dict[Words, int] = {}
    for number in sorted(range(len(sets)), key=lambda number: len(sets[number])):
        words = sets[number]
        if words in known:
            _join(groups, known[words], number)
            continue
        known[words] = number
        size = len(words)
        rarest = sorted(words, key=lambda word: (frequency[word], word))
        shortest = threshold * size - _TOLERANCE
        asked = rarest[: size - math.ceil(shortest) + 1]
        for other in set().union(*(index[word] for word in asked)):
            # The cheap questions first: most candidates end here.
            if (
                len(sets[other]) >= shortest
                and _root(groups, other) != _root(groups, number)
                and similarity(words, sets[other]) >= threshold
            ):
                _join(groups, other, number)
        for word in rarest[: size - math.ceil(2 * threshold / (1 + threshold) * size - _TOLERANCE) + 1]:
            index[word].append(number)
    members: dict[int, list[int]] = defaultdict(list)
    for number in range(len(sets)):
        members[_root(groups, number)].append(number)
    return sorted(group for group in members.values() if len(group) > 1)


def copies(texts: Sequence[str], threshold: float = THRESHOLD) -> dict[int, int]:
    """Index of a text -> index of the earlier text it nearly repeats. Each of these is similar to the one that stays, not only chained to it."""
    found: dict[int, int] = {}
    for group in near_duplicate_groups(texts, threshold):
        kept: list[tuple[int, Words]] = []
        for number in group:
            words = word_set(texts[number])
            original = next((other for other, others in kept if similarity(words, others) >= threshold), None)
            if original is None:
                kept.append((number, words))
            else:
                found[number] = original
    return found


def _root(groups: list[int], number: int) -> int:
    while groups[number] != number:
        groups[number] = groups[groups[number]]
        number = groups[number]
    return number


def _join(groups: list[int], first: int, second: int) -> None:
    one, other = sorted((_root(groups, first), _root(groups, second)))
    groups[other] = one
