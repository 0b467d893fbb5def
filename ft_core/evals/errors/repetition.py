"""Repetition: the answer ends in a loop, or says the same words again and again, more than the right answer does."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

import numpy

from ft_core.evals.errors.material import Answers, Check, Found, Material, short
from ft_core.evals.errors.runs import runs

# In clean technical prose few runs of words come twice (6.5 % of those of four words at the 99th percentile), and loops do not occur.
_RUN = 3  # words
_SHARE = 0.2  # of the runs were there before
_MORE = 0.1  # than in the right answer: lists and code repeat themselves rightly
_USUAL = 95  # percentile of the right answers that is usual
_PERIOD = 40  # words that a loop may be long
_TIMES, _TIMES_OF_ONE = 3, 5  # that a loop goes round at least; "no no no" is no loop
_LETTERS, _LETTERS_PERIOD = 24, 12  # of a loop within a word, as in "aaaa"
_SENTENCE = re.compile(r"[^.!?\n。！？]+[.!?\n。！？]*")
_SENTENCE_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+|\d+")


def _find(material: Material, answers: Answers) -> Found:
    shares = _shares(material, answers.texts)
    # No loop, and no sentence said twice, without a run that was there before.
    again = numpy.flatnonzero(shares > 0).tolist()
    found = _loops(material, answers, again)
    for place in again:
        if place not in found:
            sentence = _said_twice(answers.texts[place])
            if sentence and (answers.right or not _said_twice(material.expected[place])):
                found[place] = short(f"said again: {sentence}")
    usual = material.once("right repeats", lambda: _shares(material, material.expected))
    limit = max(_SHARE, float(numpy.percentile(usual, _USUAL))) if len(usual) else _SHARE
    often = shares > (limit if answers.right else numpy.maximum(limit, usual + _MORE))
    for place in numpy.flatnonzero(often).tolist():
        found.setdefault(place, f"{shares[place]:.0%} of its runs of {_RUN} words were there before")
    return found


def _loops(material: Material, answers: Answers, again: Collection[int]) -> Found:
    found = {}
    again = frozenset(again)
    for place, (text, right) in enumerate(zip(answers.texts, material.expected, strict=True)):
        unit = _letters(text) or (loop(text) if place in again else "")
        if unit and (answers.right or not (loop(right) or _letters(right))):
            found[place] = short(f"ends in a loop: {unit}")
    return found


def loop(text: str) -> str:
    """What the end of a text repeats at least three times in a row (a single word five times); "" for nothing. Numbers do not matter."""
    parts = _WORD.findall(text[-4000:].casefold())
    parts = ["0" if part.isdigit() else part for part in parts]
    for end in (len(parts), len(parts) - 1):  # a loop that was cut off ends within a word
        for period in range(1, min(_PERIOD, end // _TIMES) + 1):
            times = _TIMES_OF_ONE if period == 1 else _TIMES
            size = period * times
            if size <= end and parts[end - 1] == parts[end - 1 - period]:
                tail = parts[end - size : end]
                if tail[period:] == tail[:-period] and any(part != "0" for part in tail[:period]):
                    return " ".join(tail[:period])
    return ""


def _letters(text: str) -> str:
    """What the last 24 characters of a text repeat, as in "aaaa"; "" for nothing, and for lines of signs."""
    tail = text.rstrip()[-_LETTERS:]
    if len(tail) == _LETTERS and any(map(str.isalpha, tail)):
        for period in range(1, _LETTERS_PERIOD // 2 + 1):
            if tail[period:] == tail[:-period]:
                return tail[:period]
    return ""


def _shares(material: Material, texts: Sequence[str]) -> numpy.ndarray:
    """Of each text's runs of three words, the share that the text had before: float64 [texts]."""
    numbers, sizes = material.vocabulary.of(texts)
    found = runs(numbers, sizes, _RUN)
    totals = numpy.bincount(found.owners, minlength=len(sizes))
    _, firsts = numpy.unique(found.owned(), return_index=True)
    different = numpy.bincount(found.owners[firsts], minlength=len(sizes))
    return 1 - different / numpy.maximum(totals, 1) * (totals > 0) - (totals == 0)


def _said_twice(text: str) -> str:
    """A sentence of at least four words that a text has more than once; "" for none."""
    parts = _SENTENCE.findall(text)
    if len(parts) < 2:
        return ""
    sentences = [" ".join(_WORD.findall(part.casefold())) for part in parts]
    counts = Counter(sentence for sentence in sentences if sentence.count(" ") >= _SENTENCE_WORDS - 1)
    return next((sentence for sentence, count in counts.items() if count > 1), "")


REPETITION = Check(
    "repetition",
    "Repeats itself",
    f"It ends in a loop, says a sentence twice, or more than {_SHARE:.0%} of its runs of {_RUN} words were there before; and the right answer does not.",
    _find,
    labels=True,
)
