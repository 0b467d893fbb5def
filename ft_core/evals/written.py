"""Which label a written answer is. Without libraries: the page may import it. Labels are numbers; NO_LABEL stands for none."""

from collections.abc import Sequence

NO_LABEL = -1
_PUNCTUATION = ".,;:!?\"'`*()[]"


def normalised(text: str) -> str:
    """Lower case, single spaces, without quotes and punctuation at both ends."""
    return " ".join(text.casefold().split()).strip(_PUNCTUATION + " ")


def written_label(text: str, labels: Sequence[str]) -> int:
    """Index of the label that the text is, but for case, spaces and punctuation around it; NO_LABEL when it is none."""
    plain = normalised(text)
    return next((i for i, label in enumerate(labels) if normalised(label) == plain), NO_LABEL)
