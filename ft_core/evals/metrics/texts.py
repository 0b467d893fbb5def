"""Scores of written texts against expected ones: as SQuAD's script, rouge_score and sacrebleu count them."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import evaluate
import numpy
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.tokenizers import Tokenizer
from sacrebleu.metrics.base import Metric
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from ft_core.evals.metrics.local import computed, described

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"[^\W_]+")
_ROUGE = ("rouge1", "rouge2", "rougeL")


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


class UnicodeWords(Tokenizer):
    """Words of any script; rouge_score's own keeps only a to z and 0 to 9, so that Russian texts would all be empty."""

    def tokenize(self, text: str) -> list[str]:
        """Lower case words; of English the same as rouge_score's own without stemming."""
        return _WORD.findall(text.lower())


class ExactMatch(evaluate.Metric):
    """Share of answers that are the expected words."""

    def _info(self) -> evaluate.MetricInfo:
        return described("SQuAD's exact match of texts.", "string")

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return {"exact_match": float(numpy.mean([*map(exact_match, predictions, references)]))}


class TokenF1(evaluate.Metric):
    """Mean word F1."""

    def _info(self) -> evaluate.MetricInfo:
        return described("SQuAD's mean F1 of the words of texts.", "string")

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return {"token_f1": float(numpy.mean([*map(token_f1, predictions, references)]))}


class Rouge(evaluate.Metric):
    """Mean F-measures of ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004)."""

    def _info(self) -> evaluate.MetricInfo:
        return described("ROUGE F-measures of texts, without stemming.", "string")

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return {name: float(values.mean()) for name, values in rouge(predictions, references).items()}


class Bleu(evaluate.Metric):
    """Corpus BLEU (Papineni et al. 2002) and chrF (Popović 2015), 0 to 100, by sacrebleu with its own settings."""

    def _info(self) -> evaluate.MetricInfo:
        return described("sacrebleu's BLEU and chrF of texts.", "string")

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return {name: found.score() for name, found in corpus(predictions, references).items()}


def text_scores(answers: Sequence[str], expected: Sequence[str]) -> dict[str, float]:
    """All scores of free text but the loss."""
    return computed([ExactMatch, TokenF1, Rouge, Bleu], answers, expected)


def rouge(answers: Sequence[str], expected: Sequence[str]) -> dict[str, numpy.ndarray]:
    """F-measure of each answer: {"rouge1", "rouge2", "rougeL"}, float64 [n]."""
    scorer = RougeScorer(list(_ROUGE), tokenizer=UnicodeWords())
    found = [scorer.score(reference, answer) for answer, reference in zip(answers, expected, strict=True)]
    return {name: numpy.array([one[name].fmeasure for one in found]) for name in _ROUGE}


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


def corpus(answers: Sequence[str], expected: Sequence[str]) -> dict[str, Counts]:
    """{"bleu", "chrf"}: the counts of each answer, so that samples of the answers can be scored without counting anew."""
    found = {}
    for name, metric in (("bleu", BLEU(force=True)), ("chrf", CHRF())):
        counts = metric._extract_corpus_statistics(list(answers), [list(expected)])
        found[name] = Counts(metric, numpy.array(counts, dtype=numpy.float64))
    return found
