"""How each score is counted."""

from ft_core.evals.metrics.labels import label_scores
from ft_core.evals.metrics.texts import exact_match, text_scores, token_f1

__all__ = [
    "exact_match",
    "label_scores",
    "text_scores",
    "token_f1",
]
