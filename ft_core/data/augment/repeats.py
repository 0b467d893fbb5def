"""Does a text nearly repeat one that is already there? Asked one at a time, while there come to be more."""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence

from ft_core.data.similar import THRESHOLD, similarity, word_set

_TOLERANCE = 1e-9  # of floating-point products that should be whole


class Repeats:
    """Texts that are there, found by nearness: at least 80 % shared words (`ft_core.data.similar`).

    Two sets that similar share one of the few rarest words of each (prefix filter, Bayardo et al. 2007), so only texts that meet in
    one of those are compared. Any one order of the words does; this is the order of the texts that it began with.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts: list[str] = []
        self._sizes = array("I")
        self._places: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._frequency = Counter(word for text in texts for word in word_set(text))
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """From now on it is there."""
        words = word_set(text)
        for word in self._rarest(words):
            self._places[word].append(len(self._texts))
        self._texts.append(text)
        self._sizes.append(len(words))

    def find(self, text: str) -> int | None:
        """The place of the first text that this one nearly repeats; None when it is new."""
        words = word_set(text)
        least, most = len(words) * THRESHOLD - _TOLERANCE, len(words) / THRESHOLD + _TOLERANCE
        met = {place for word in self._rarest(words) for place in self._places.get(word, ())}
        for place in sorted(met):
            if (
                least <= self._sizes[place] <= most
                and similarity(words, word_set(self._texts[place])) >= THRESHOLD - _TOLERANCE
            ):
                return place
        return None

    def _rarest(self, words: frozenset[str]) -> list[str]:
        count = len(words) - math.ceil(THRESHOLD * len(words) - _TOLERANCE) + 1
        return sorted(words, key=lambda word: (self._frequency[word], word))[:count]
