"""How each score is counted."""

from ft_core.evals.metrics.labels import NO_LABEL, label_scores, normalised, written_label
from ft_core.evals.metrics.texts import exact_match, text_scores, token_f1

__all__ = [
    "NO_LABEL",
    "exact_match",
    "label_scores",
    "normalised",
    "text_scores",
    "token_f1",
    "written_label",
]
