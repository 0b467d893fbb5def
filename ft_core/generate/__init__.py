"""The one place that asks a model: answers in batches or as a stream, and how likely given answers are.

Prompts are padded on the left and batched by length, so a batch of answers is what one-by-one answers are. Every function leaves the
model in the mode (training or not) in which it found it.
"""

from ft_core.generate.batches import Model, OnProgress, ShouldStop, Stopped, context_length, soft_tokens
from ft_core.generate.likelihood import (
    Shift,
    answer_losses,
    answer_shifts,
    choice_log_likelihoods,
    label_log_probabilities,
    text_losses,
)
from ft_core.generate.writing import Answer, answers, continuations, stream

__all__ = [
    "Answer",
    "Model",
    "OnProgress",
    "Shift",
    "ShouldStop",
    "Stopped",
    "answer_losses",
    "answer_shifts",
    "answers",
    "choice_log_likelihoods",
    "context_length",
    "continuations",
    "label_log_probabilities",
    "soft_tokens",
    "stream",
    "text_losses",
]
