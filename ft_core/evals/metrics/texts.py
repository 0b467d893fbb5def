"""Scores of written texts against expected ones: as SQuAD's script, rouge_score and sacrebleu count them."""

import re
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import datasets
import evaluate
import numpy
from rouge_score.scoring import fmeasure
from sacrebleu.metrics.base import Metric
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from ft_core.evals.metrics.characters import run_counts
from ft_core.evals.metrics.local import computed, described

Rows = Sequence[Sequence[str]]  # of each example what each contestant answered
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
# Of any script: rouge_score's own keeps only a to z and 0 to 9, so that Russian texts would all be empty.
_WORD = re.compile(r"[^\W_]+")


def squad_words(text: str) -> list[str]:
    """Lower case, without ASCII punctuation and without a, an, the: the official script of SQuAD (Rajpurkar et al. 2016)."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def exact_match(prediction: str, reference: str) -> float:
    """1.0 when both are the same words, as SQuAD compares them, else 0.0."""
    return float(squad_words(prediction) == squad_words(reference))


def token_f1(prediction: str, reference: str) -> float:
    """F1 of the words of one answer, as SQuAD 2.0 scores it: without any word on one side it is whether there is none on the other.

    Languages that put no spaces between words count as few long words.
    """
    predicted, expected = squad_words(prediction), squad_words(reference)
    if not predicted or not expected:
        return float(predicted == expected)
    shared = sum((Counter(predicted) & Counter(expected)).values())
    return 2 * shared / (len(predicted) + len(expected))


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest row of words that both have in this order, others between them.

    Bit by bit (Hyyrö 2004, Bit-parallel LCS-length computation revisited): rouge_score's own table takes ten times as long.
    """
    places: dict[str, int] = {}
    for place, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << place
    whole = row = (1 << len(first)) - 1  # a bit is 0 where the row gets longer
    for word in second:
        met = row & places.get(word, 0)
        row = (row + met | row - met) & whole
    return len(first) - row.bit_count()


@dataclass(frozen=True)
class Counts:
    """What a score of a whole corpus is made of: the sums over examples of `values`, float64 [n, counts]."""

    metric: Metric
    values: numpy.ndarray

    def score(self) -> float:
        """Of all examples."""
        return self._score(self.values.sum(0))

    def draws(self, weights: numpy.ndarray) -> numpy.ndarray:
        """In each bootstrap sample, as `compare.resampled` gives them: float64 [draws]."""
        return numpy.array([self._score(sums) for sums in weights @ self.values])

    def _score(self, sums: numpy.ndarray) -> float:
        return float(self.metric._compute_score_from_stats(sums.tolist()).score)


class ExactMatch(evaluate.Metric):
    """Whether each answer is the expected words."""

    def _info(self) -> evaluate.MetricInfo:
        return _described("SQuAD's exact match of texts.")

    def _compute(self, predictions: Rows, references: Sequence[str]) -> dict[str, numpy.ndarray]:
        return {"exact_match": _each(exact_match, predictions, references)}


class TokenF1(evaluate.Metric):
    """Word F1 of each answer."""

    def _info(self) -> evaluate.MetricInfo:
        return _described("SQuAD's F1 of the words of texts.")

    def _compute(self, predictions: Rows, references: Sequence[str]) -> dict[str, numpy.ndarray]:
        return {"token_f1": _each(token_f1, predictions, references)}


class Rouge(evaluate.Metric):
    """F-measures of ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004) of each answer."""

    def _info(self) -> evaluate.MetricInfo:
        return _described("ROUGE F-measures of texts, without stemming.")

    def _compute(self, predictions: Rows, references: Sequence[str]) -> dict[str, numpy.ndarray]:
        each = [_rouge(row, reference) for row, reference in zip(predictions, references, strict=True)]
        by_score = numpy.moveaxis(_by_contestant(each), -1, 0)
        return dict(zip(("rouge1", "rouge2", "rougeL"), by_score, strict=True))


class Bleu(evaluate.Metric):
    """Counts for corpus BLEU (Papineni et al. 2002) and chrF (Popović 2015), 0 to 100, by sacrebleu with its own settings."""

    def _info(self) -> evaluate.MetricInfo:
        return _described("sacrebleu's BLEU and chrF of texts.")

    def _compute(self, predictions: Rows, references: Sequence[str]) -> dict[str, list[Counts]]:
        bleu, chrf = BLEU(force=True), CHRF()
        words, runs = [], []
        for row, reference in zip(predictions, references, strict=True):
            # One reference after the other: all of them counted at once are gigabytes.
            (known,) = bleu._cache_references([[reference]])
            words.append([bleu._compute_segment_statistics(bleu._preprocess_segment(answer), known) for answer in row])
            runs.append(run_counts(row, reference, chrf.char_order))
        counts = ("bleu", bleu, words), ("chrf", chrf, runs)
        return {name: [Counts(metric, one) for one in _by_contestant(each)] for name, metric, each in counts}


def text_scores(answers: Mapping[str, Sequence[str]], expected: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By contestant, all scores of free text but the loss: of each answer, float64 [n], or Counts where only all answers together have one.

    The former are exact_match, token_f1, rouge1, rouge2 and rougeL, the latter bleu and chrf.
    """
    found = computed([ExactMatch, TokenF1, Rouge, Bleu], list(zip(*answers.values(), strict=True)), expected)
    return {who: {name: each[place] for name, each in found.items()} for place, who in enumerate(answers)}


def _described(description: str) -> evaluate.MetricInfo:
    return described(description, datasets.Sequence(datasets.Value("string")), "string")


def _each(score: Callable[[str, str], Any], rows: Rows, references: Sequence[str]) -> numpy.ndarray:
    """What each answer gets: float64 [contestants, n], or one dimension more."""
    return _by_contestant(
        [[score(answer, reference) for answer in row] for row, reference in zip(rows, references, strict=True)]
    )


def _by_contestant(each: Sequence[Any]) -> numpy.ndarray:
    """[n, contestants, ...] as float64 [contestants, n, ...]."""
    return numpy.array(each, dtype=numpy.float64).swapaxes(0, 1)


def _rouge(answers: Sequence[str], reference: str) -> list[list[float]]:
    """ROUGE-1, ROUGE-2 and ROUGE-L of each answer: rouge_score's own scorer counts the reference anew for each of them."""
    known, *given = (_WORD.findall(text.lower()) for text in (reference, *answers))
    singles, doubles = _runs(known, 1), _runs(known, 2)
    return [
        [
            _f_measure((_runs(words, 1) & singles).total(), len(words), len(known)),
            _f_measure((_runs(words, 2) & doubles).total(), len(words) - 1, len(known) - 1),
            _f_measure(longest_common(known, words), len(words), len(known)),
        ]
        for words in given
    ]


def _runs(words: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    """How often each run of that many words occurs."""
    return Counter(zip(*(words[start:] for start in range(length)), strict=False))


def _f_measure(shared: int, given: int, expected: int) -> float:
    return float(fmeasure(shared / given, shared / expected)) if shared else 0.0
