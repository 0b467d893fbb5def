"""Empty: nothing was written, or nothing but spaces and punctuation."""

import unicodedata

from ft_core.evals.errors.material import Answers, Check, Found, Material

_SILENT = ("P", "Z", "C")  # punctuation, separators, control characters; emoji and signs such as + say something


def _find(material: Material, answers: Answers) -> Found:
    """Answers that say nothing where the right one says something."""
    return {
        place: "nothing"
        for place, (text, expected) in enumerate(zip(answers.texts, material.expected, strict=True))
        if _is_silent(text) and (answers.right or not _is_silent(expected))
    }


def _is_silent(text: str) -> bool:
    return all(unicodedata.category(letter)[0] in _SILENT for letter in text)


EMPTY = Check("empty", "Empty", "Nothing was written, or nothing but spaces and punctuation.", _find, labels=True)
