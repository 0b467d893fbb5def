"""The scores: what each means, and how it is counted."""

from ft_core.evals.metrics.about import CLASSIFICATION, HEAD, PLAIN_TEXT, PREFERENCE, TEXT, MetricInfo
from ft_core.evals.metrics.labels import NO_LABEL, label_scores, normalised, written_label
from ft_core.evals.metrics.texts import corpus, exact_match, rouge, text_scores, token_f1

__all__ = [
    "CLASSIFICATION",
    "HEAD",
    "NO_LABEL",
    "PLAIN_TEXT",
    "PREFERENCE",
    "TEXT",
    "MetricInfo",
    "corpus",
    "exact_match",
    "label_scores",
    "normalised",
    "rouge",
    "text_scores",
    "token_f1",
    "written_label",
]
