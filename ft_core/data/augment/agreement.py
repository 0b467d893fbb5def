"""Would a classifier of counted words, which has not seen the source row, give a new text the same label?

The classifier is a complement naive Bayes over TF-IDF of words and pairs of words (Rennie et al. 2003, "Tackling the poor assumptions
of naive Bayes text classifiers"): a second or two for 100,000 short texts. It is a check of the text and not of the label: where it
cannot tell the labels apart itself, it refuses rows that are right.
"""

from collections import Counter
from collections.abc import Sequence

import numpy

from ft_core.settings.example import Example

FOLDS = 5
# Between the two likeliest labels. Texts with nothing of their label left (a greeting, a farewell) come out near 0.
_MARGIN = 0.05
_TRAINED_ON = 100_000  # examples: more would only take longer


class Judge:
    """Five classifiers, each of which has not seen one fifth of the training rows: the one asked has not seen the source."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """`examples` of a classification. A label with fewer than two rows in a fold's rest is not known to that fold."""
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
        self._models = [
            ComplementNB().fit(texts[folds != fold], labels[folds != fold])
            if len(set(labels[folds != fold])) > 1
            else None
            for fold in range(FOLDS)
        ]

    def agrees(self, text: str, label: str, row: int) -> bool:
        """True when the fold that has not seen source row `row` finds `label` the likeliest, and not by a hair. True where it cannot be asked.

        It cannot where the other rows have only one label, or none of this one.
        """
        model = self._models[self._fold.get(row, 0)]
        if model is None or label not in model.classes_:
            return True
        likely = model.predict_proba(self._vectors.transform([text]))[0]
        first, second = numpy.argsort(likely)[::-1][:2]
        return bool(model.classes_[first] == label and likely[first] - likely[second] >= _MARGIN)
