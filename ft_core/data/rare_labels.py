"""Labels with fewer examples than there are splits, and the frequent label that each was probably meant to be."""

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ft_core.data.shape.columns import MAX_LABELS, spelling_key
from ft_core.settings.example import Example

# difflib's ratio: one wrong letter in five still passes, `positive` and `negative` (0.5) do not.
_CLOSE = 0.8
_MAX_MISSPELT = 100  # so many rare ones are free texts, not misspelt labels, and comparing them would only cost time
_SHOWN = 5
_SHOWN_LENGTH = 40


@dataclass(frozen=True)
class RareLabel:
    """A label, the source rows that have it, and the likely right spelling: None when no frequent label is close."""

    label: str
    rows: list[int]
    likely: str | None


def find(examples: Sequence[Example], needed: int) -> list[RareLabel]:
    """Labels of a classification with fewer than `needed` examples: those with a likely spelling first, then by name."""
    rows: dict[str, list[int]] = defaultdict(list)
    for example in examples:
        rows[example.answer].append(example.row)
    rare = [label for label in rows if len(rows[label]) < needed]
    counts = Counter({label: len(rows[label]) for label in rows if len(rows[label]) >= needed})
    frequent: dict[str, str] = {}
    for label, _ in counts.most_common(MAX_LABELS) if len(rare) <= _MAX_MISSPELT else []:
        frequent.setdefault(spelling_key(label), label)
    found = [RareLabel(label, rows[label], _likely(label, frequent)) for label in rare]
    return sorted(found, key=lambda one: (one.likely is None, one.label))


def why(rare: Sequence[RareLabel], splits: Sequence[str]) -> str:
    """How many examples each label needs, and the first labels that have fewer, with their rows."""
    named = "; ".join(f"{_quoted(one.label)} has {len(one.rows)} ({_rows(one.rows)})" for one in rare[:_SHOWN])
    more = f"; and {len(rare) - _SHOWN:,} more" if len(rare) > _SHOWN else ""
    return f"Every label needs {len(splits)} examples, one for each split ({', '.join(splits)}). {named}{more}."


def fix(rare: Sequence[RareLabel]) -> str:
    """What to do about them: nothing is renamed by itself."""
    close = [f"{_quoted(one.label)} is probably {_quoted(one.likely)}" for one in rare[:_SHOWN] if one.likely]
    if not close:
        words = "Correct these rows in the file: rename the label to another one, or add examples of it."
    else:
        others = any(one.likely is None for one in rare)
        words = f"Correct these rows in the file: {', '.join(close)}."
        words += " Rename the other labels, or add examples of them." if others else ""
    if len(rare) > _SHOWN:
        return f"Set Task to instruction if these are texts and not labels; else {words[0].lower()}{words[1:]}"
    return words


def _likely(label: str, frequent: dict[str, str]) -> str | None:
    """`frequent` is spelling key -> label."""
    key = spelling_key(label)
    close = difflib.get_close_matches(key, [other for other in frequent if _may_be(key, other)], n=1, cutoff=_CLOSE)
    return frequent[close[0]] if key and close else None


def _may_be(key: str, other: str) -> bool:
    """False where digits differ (`level 1`, `level 3`) or a prefix turns the meaning (`valid`, `invalid`)."""
    short, long = sorted((key, other), key=len)
    prefixed = long.endswith(short) and len(long) - len(short) > 1
    return re.findall(r"\d", key) == re.findall(r"\d", other) and not prefixed


def _quoted(label: str) -> str:
    if not label.strip():
        return "the empty label"
    return f"`{label if len(label) <= _SHOWN_LENGTH else label[: _SHOWN_LENGTH - 1] + '…'}`"


def _rows(rows: Sequence[int]) -> str:
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows))}"
