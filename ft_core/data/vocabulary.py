"""The vocabulary: words as numbers. Each text is taken apart once, however many steps compare it with others."""

import re
import unicodedata
from array import array
from collections.abc import Iterable

import numpy

_WORD = re.compile(r"\w+")
# Scripts without spaces between words (Thai to Khmer, kana, Chinese, Hangul): pairs of letters stand in for words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NUMBER = numpy.dtype(numpy.int32)


def normalise(text: str) -> str:
    """What two copies of one text share: Unicode form, case and white space are evened out."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def words(text: str) -> list[str]:
    """The words of a text, in order. A text without any word is one word of itself."""
    even = text.casefold() if text.isascii() else normalise(text)
    if not even.isascii() and _UNSPACED.search(even):
        letters = "".join(even.split())
        return [letters[index : index + 2] for index in range(max(1, len(letters) - 1))]
    return _WORD.findall(even) or [normalise(text)]


class _Numbers(dict[str, int]):
    """Word -> its number."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class Vocabulary:
    """Word -> its number: 0, 1, 2, ... in the order in which words are first met.

    It keeps every text it was asked for beside the numbers of its words (about 4 bytes a word), so it lives as long as one look at
    a table and no longer.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = _Numbers()
        self._texts = _Texts(self.numbers)

    def of(self, texts: Iterable[str]) -> tuple[numpy.ndarray, numpy.ndarray]:
        """The numbers of all words of all texts, one text after another, and how many each text has: int32 [words], int64 [texts]."""
        parts = list(map(self._texts.__getitem__, texts))
        sizes = numpy.fromiter(map(len, parts), dtype=numpy.int64, count=len(parts)) // _NUMBER.itemsize
        return numpy.frombuffer(b"".join(parts), dtype=_NUMBER), sizes


class _Texts(dict[str, bytes]):
    """Text -> the numbers of its words as int32, which take a tenth of what a list of them would."""

    def __init__(self, numbers: dict[str, int]) -> None:
        super().__init__()
        self._number = numbers.__getitem__

    def __missing__(self, text: str) -> bytes:
        part = self[text] = array("i", map(self._number, words(text))).tobytes()
        return part
