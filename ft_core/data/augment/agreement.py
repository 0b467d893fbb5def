"""Would a classifier of counted words, which has not seen the source row, give a new text the same label?

The classifier is a complement naive Bayes over TF-IDF of words and pairs of words (Rennie et al. 2003, "Tackling the poor assumptions
of naive Bayes text classifiers"), which takes seconds to learn. It is a check of the text and not of the label: where it is wrong about
the source itself, it has no say.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from ft_core.settings.example import Example

FOLDS = 5
# Between the two likeliest labels. Texts with nothing of their label left (a greeting, a farewell) come out near 0.
_MARGIN = 0.05
_TRAINED_ON = 20_000  # examples: more would only take longer


class Judge:
    """Five classifiers, each of which has not seen one fifth of the training rows: the one asked has not seen the source."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """`examples` of a classification."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # a second to load: only when it is asked
        from sklearn.naive_bayes import ComplementNB

        examples = examples[:: max(1, -(-len(examples) // _TRAINED_ON))]
        labels = numpy.array([example.answer for example in examples])
        seen: Counter[str] = Counter()
        folds = numpy.empty(len(examples), dtype=numpy.int64)
        self._fold: dict[int, int] = {}
        for place, example in enumerate(examples):
            folds[place] = seen[example.answer] % FOLDS
            seen[example.answer] += 1
            self._fold[example.row] = int(folds[place])
        self._vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
        texts = self._vectors.fit_transform([example.prompt_text for example in examples])
        self._known = [_Known.of(ComplementNB(), texts[folds != fold], labels[folds != fold]) for fold in range(FOLDS)]

    def agrees(self, text: str, label: str, source: Example) -> bool | None:
        """Whether the fold that has not seen `source` finds `label` the likeliest for `text`, and not by a hair.

        None where it cannot tell: it knows only one label or not this one, or it is wrong about the source itself.
        """
        known = self._known[self._fold.get(source.row, 0)]
        if len(known.labels) < 2 or label not in known.labels or not self._likely(known, source.prompt_text, label):
            return None
        return self._likely(known, text, label)

    def _likely(self, known: "_Known", text: str, label: str) -> bool:
        vector: Any = self._vectors.transform([text])
        sums = vector.data @ known.weights[vector.indices]
        odds = numpy.exp(sums - sums.max())
        first, second = numpy.argsort(odds)[::-1][:2]
        return bool(known.labels[first] == label and (odds[first] - odds[second]) / odds.sum() >= _MARGIN)


@dataclass(frozen=True)
class _Known:
    """What one classifier has learnt: its labels, and their weights as float64 [words, labels].

    One text needs a few rows of it; the classifier's own `predict` copies all of it for each text.
    """

    labels: list[str]
    weights: numpy.ndarray

    @classmethod
    def of(cls, model: Any, texts: Any, labels: numpy.ndarray) -> "_Known":
        """Of a complement naive Bayes fitted to TF-IDF vectors [texts, words] and labels [texts]."""
        if not len(labels):
            return cls([], numpy.empty((0, 0)))
        model.fit(texts, labels)
        return cls(list(model.classes_), numpy.ascontiguousarray(model.feature_log_prob_.T))
