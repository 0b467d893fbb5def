"""What the checks read: prompts, right answers, training answers, and the answers of one contestant. Words are numbered once for all."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy

from ft_core.data.clean import language
from ft_core.data.vocabulary import Vocabulary, words

_SHOWN = 80  # characters of what was found
_SEEN = 3  # times in the person's own data make a word known
_SAMPLE = 1_000  # right answers that tell the language and its common words
_COMMON = 300  # words
_MOSTLY = 0.5  # of an answer's words are common ones: it is in the language of most
_SURE = 0.9  # how likely the language of a right answer must be for its own answer to be measured by it
_READ = 300  # letters that tell a language
LEAST_WORDS = 5  # of fewer, py3langid is too often wrong

T = TypeVar("T")
Found = dict[int, str]  # place of an answer -> what was found in it, in short


@dataclass(frozen=True)
class Answers:
    """The answers of one contestant [n], in the order of the rows; `right` when they are the expected ones themselves.

    `finished` [n] is False for an answer that was cut off. `foreign` are the places of those in another language than they should be,
    `silent` of those that say nothing about any topic: empty ones, refusals and loops.
    """

    texts: Sequence[str]
    finished: Sequence[bool]
    right: bool = False
    foreign: Collection[int] = ()
    silent: Collection[int] = ()


@dataclass(frozen=True)
class Material:
    """What answers are compared with: `prompts` and `expected` [n], and the `training` answers [any number]."""

    prompts: Sequence[str]
    expected: Sequence[str]
    training: Sequence[str]
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    _kept: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` returns, made when it is first asked for under this name: the same for all contestants."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @cached_property
    def right(self) -> Answers:
        """The expected answers as answers."""
        return Answers(self.expected, [True] * len(self.expected), right=True)

    @property
    def spelt(self) -> list[str]:
        """Number of a word in the vocabulary -> the word."""
        spelt = self._kept.setdefault("spelt", [])
        if len(spelt) < len(self.vocabulary.numbers):
            spelt += list(self.vocabulary.numbers)[len(spelt) :]
        return spelt

    @cached_property
    def often(self) -> frozenset[str]:
        """The words that are at least three times in the person's own data: prompts, expected and training answers."""
        numbers, _ = self.vocabulary.of([*self.prompts, *self.expected, *self.training])
        return frozenset(self.spelt[number] for number in numpy.flatnonzero(numpy.bincount(numbers) >= _SEEN).tolist())

    @cached_property
    def language(self) -> str:
        """The language (ISO 639) of most right answers and training answers; "" when it cannot be told."""
        told = Counter(code for _, code in self._told)
        return told.most_common(1)[0][0] if told else ""

    @cached_property
    def languages(self) -> list[str]:
        """The language each answer should be in [n]: the right answer's own where that is sure, else that of most."""
        plain = self.mostly_common(self.expected).tolist()
        found = [
            self.language if common else self._own_language(text)
            for text, common in zip(self.expected, plain, strict=True)
        ]
        counts = Counter(found)
        # A language that only one or two of many right answers are in is more likely a mistake about these than a language asked for.
        least = max(2, 0.002 * len(found))
        return [own if counts[own] > least else self.language for own in found]

    def mostly_common(self, texts: Sequence[str]) -> numpy.ndarray:
        """Whether half of a text's words are among the most frequent ones of right answers, so that it is in their language: bool [texts]."""
        common = self.once("common words", self._common)
        numbers, sizes = self.vocabulary.of(texts)
        sums = numpy.concatenate([[0], numpy.cumsum(numpy.isin(numbers, common))])
        ends = numpy.cumsum(sizes)
        return sums[ends] - sums[ends - sizes] >= _MOSTLY * sizes

    @cached_property
    def _told(self) -> list[tuple[str, str]]:
        """Some right answers and training answers whose language can be told, and that language."""
        texts = [*self.expected, *self.training[: len(self.expected)]]
        told = ((text, language.classify(begun(text))[0]) for text in texts[:: max(1, len(texts) // _SAMPLE)])
        return [(text, code) for text, code in told if code]

    def _common(self) -> numpy.ndarray:
        """The numbers of the most frequent words of the language of most, int64 [at most 300]."""
        counts = numpy.bincount(self.vocabulary.of(text for text, code in self._told if code == self.language)[0])
        return numpy.argsort(-counts, kind="stable")[: min(_COMMON, int((counts > 0).sum()))]

    def _own_language(self, text: str) -> str:
        if len(words(begun(text))) < LEAST_WORDS:
            return self.language
        own, likely = language.classify(begun(text))
        return own if likely >= _SURE else self.language


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with an answer.

    `find` returns the places of the answers that have it. `unable` says why these rows cannot be checked, or "". Checks with `labels`
    make sense where the right answer is a label, too.
    """

    code: str
    title: str
    meaning: str
    find: Callable[[Material, Answers], Found]
    labels: bool = False
    unable: Callable[[Material], str] = lambda material: ""


def begun(text: str) -> str:
    """What of a text its language is told by."""
    return language.prose(text[:_READ])


def short(text: str) -> str:
    """`text` in one line of at most 80 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
