"""Your twenty strangest rows: those that a person should read first, each with the reason.

Plain signs are added up: words that no other row has or no similar row, an unusual length, and a label that similar texts do not have.
Nothing is changed: strange may be wrong, and may be the one case that was missing.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy
from scipy.sparse import csr_matrix

from ft_core import amounts
from ft_core.data.diversity import LEAST
from ft_core.data.vectors import looked_at, nearest, sample, word_weights
from ft_core.settings.example import Example
from ft_core.settings.project import Task

MOST = 20
_SAMPLE = 10_000
_FOLDS = 3
_SHOWN = 200  # characters of a text
_SHOWN_WORDS = 4
# Signs from which on a reason is named. Less is usual, and adds little to the score.
_NEW_WORDS = 0.3  # share of a row's words that no other row has
_UNLIKE = 0.5  # below the usual likeness to the nearest neighbour, as a share of it
_LENGTH = 3.5  # robust standard deviations of the logarithm of the length (Iglewicz & Hoaglin 1993)
_LONGEST = 7.0  # of these, the length that counts fully
_LABEL_WEIGHT = 2.0  # a likely wrong label does more harm than an odd text


@dataclass(frozen=True)
class Strange:
    """A row, what it says in short, how strange it is (0 to 4), the reasons in words, and the label that it may have instead."""

    row: int
    text: str
    answer: str
    score: float
    reasons: list[str]
    likely_label: str | None

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self)


def strangest(examples: Sequence[Example], task: Task) -> list[Strange]:
    """At most 20 rows that have a reason to be called strange, the strangest first; of a large file, of 10,000 rows by chance.

    Empty for fewer than 20 rows, of which nothing can be told.
    """
    if len(examples) < LEAST:
        return []
    chosen = sample(examples, _SAMPLE)
    weights, words = word_weights([looked_at(example) for example in chosen])
    own, new_words = _new_words(weights)
    unlike = _unlike(nearest(weights))
    labels = [example.answer for example in chosen]
    doubt, instead = _doubts(weights, labels) if task == "classification" else (numpy.zeros(len(chosen)), labels)
    lengths = numpy.array([_length(example, task) for example in chosen])
    odd_length = _odd_lengths(lengths)
    length = (numpy.abs(odd_length) / _LONGEST).clip(0, 1)
    # New words make a row unlike others, so the two count as one sign.
    score = numpy.maximum(new_words, unlike) + length + _LABEL_WEIGHT * doubt
    found = []
    for place in numpy.argsort(-score, kind="stable").tolist():
        example, reasons, likely = chosen[place], [], None
        if doubt[place] > 0:
            likely = instead[place]
            reasons.append(f"Texts like this one are usually labelled `{likely}`, not `{example.answer}`.")
        if new_words[place] >= _NEW_WORDS:
            named = ", ".join(words[index] for index in own[place].indices[:_SHOWN_WORDS])
            reasons.append(f"{new_words[place]:.0%} of its words are in no other row: {named}.")
        if unlike[place] >= _UNLIKE:
            reasons.append("No other row is much like it.")
        if abs(odd_length[place]) >= _LENGTH:
            than = "longer" if odd_length[place] > 0 else "shorter"
            reasons.append(
                f"It has {amounts.count(int(lengths[place]), 'word')}, far {than} than the usual {int(numpy.median(lengths)):,}."
            )
        if reasons:
            text = example.question or example.answer
            text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
            found.append(
                Strange(example.row, text, example.answer[:_SHOWN], round(float(score[place]), 2), reasons, likely)
            )
        if len(found) == MOST:
            break
    return found


def _length(example: Example, task: Task) -> int:
    """Words of the prompt, and of the answer where it is not a label."""
    return len(example.prompt_text.split()) + (0 if task == "classification" else len(example.answer.split()))


def _new_words(weights: csr_matrix) -> tuple[csr_matrix, numpy.ndarray]:
    """The words of each row that no other has, and their share of its words: float [rows], 0 to 1."""
    frequency = numpy.diff(weights.tocsc().indptr)
    only = csr_matrix(weights.multiply((frequency == 1).astype(numpy.float32)))
    only.eliminate_zeros()
    return only, numpy.diff(only.indptr) / numpy.maximum(numpy.diff(weights.indptr), 1)


def _unlike(alike: numpy.ndarray) -> numpy.ndarray:
    """How far below the usual a row's likeness to its nearest neighbour is: float [rows], 0 (usual or more) to 1 (nothing in common)."""
    usual = float(numpy.median(alike))
    return (1 - alike / usual).clip(0, 1) if usual > 0 else numpy.zeros(len(alike))


def _odd_lengths(lengths: numpy.ndarray) -> numpy.ndarray:
    """Modified z-scores of log(length): float [rows], with the median absolute deviation in place of the standard deviation."""
    logs = numpy.log1p(lengths)
    off = logs - numpy.median(logs)
    deviation = float(numpy.median(numpy.abs(off)))
    return 0.6745 * off / deviation if deviation > 0 else numpy.zeros(len(lengths))


def _doubts(weights: csr_matrix, labels: Sequence[str]) -> tuple[numpy.ndarray, list[str]]:
    """How sure a simple model, which has not seen the row, is of another label: float [rows], 0 (no doubt) to 1; and that label.

    Confident learning (Northcutt et al. 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels", arXiv:1911.00068): a row
    is in doubt when the likeliest label is another one, and is as likely as it is on average for rows that have it. The model is
    logistic regression on TF-IDF. Labels with fewer rows than there are folds take no part.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    counts = Counter(labels)
    places = numpy.flatnonzero([counts[label] >= _FOLDS for label in labels])
    names, given = numpy.unique(numpy.array(labels, dtype=object)[places].astype(str), return_inverse=True)
    doubt, instead = numpy.zeros(len(labels)), list(labels)
    if len(names) < 2:
        return doubt, instead
    model = SGDClassifier(loss="log_loss", alpha=1e-4, max_iter=20, tol=1e-3, random_state=0)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    with (
        warnings.catch_warnings()
    ):  # labels that no words tell apart never converge, and there is nothing to do about it
        warnings.simplefilter("ignore", ConvergenceWarning)
        chances = numpy.asarray(cross_val_predict(model, weights[places], given, cv=folds, method="predict_proba"))
    usual = numpy.array([chances[given == label, label].mean() for label in range(len(names))])
    best = chances.argmax(axis=1)
    rows = numpy.arange(len(places))
    sure = (best != given) & (chances[rows, best] >= usual[best])
    doubt[places] = numpy.where(sure, chances[rows, best] - chances[rows, given], 0.0)
    for row in numpy.flatnonzero(sure).tolist():
        instead[places[row]] = str(names[best[row]])
    return doubt, instead
