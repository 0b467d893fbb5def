"""Recombination: a new text of the sentences of two texts with one label. For classification alone: two questions have no one answer."""

import random

from ft_core.data.augment.sentences import sentences


def can(text: str) -> bool:
    """True for a text of several sentences: one sentence cannot be taken apart without breaking its grammar."""
    return len(sentences(text)) > 1


def recombine(first: str, second: str, chance: random.Random) -> str:
    """Sentences from the beginning of `first`, then sentences from the end of `second`, each whole. Both texts have several.

    A greeting stays at the beginning and a farewell at the end. Whether what is left still shows the label is for a check to say.
    """
    beginning, end = sentences(first), sentences(second)
    head = beginning[: chance.randint(1, len(beginning) - 1)]
    tail = end[chance.randint(1, len(end) - 1) :]
    return " ".join([*(_ended(sentence) for sentence in head), *tail])


def _ended(sentence: str) -> str:
    """A line without a full stop would run into the next sentence; a greeting's comma is an end, too."""
    return sentence if sentence[-1] in ".!?,:;…\"')" else sentence + "."
