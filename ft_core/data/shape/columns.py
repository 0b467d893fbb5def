"""What the texts of one column tell: are they labels, texts, or only numbers, dates and names of rows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

MAX_LABELS = 200
MAX_LABEL_LENGTH = 60
_MIN_PER_LABEL = 3
_MAX_SPELLINGS = 10_000  # different values that are looked at one by one
# Columns that identify or date a row and are neither asked nor answered.
_ASIDE_NAMES = re.compile(
    r"(.*[_ .-])?(id|ids|uuid|guid|index|idx|ind|row|nr|no|number|date|time|datetime|timestamp|created|updated|received|sent|year|month|day"
    r"|name|first_?name|last_?name|customer|author|user_?name|e?mail_?address|phone|url|link|source|file|split|fold|page|language|lang|locale|country|city|version|score|rating_?count)(_at|_on)?"
)
_NUMBER_OR_DATE = re.compile(r"\s*[-+]?[\d.,:/T\s-]+(?:Z|[ap]m)?\s*", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Statistics:
    """`counts` are the different values once spelling is evened out (most frequent first); `mean_length` is in characters."""

    counts: dict[str, int]
    mean_length: float
    is_label: bool
    aside: bool


def spelling_key(text: str) -> str:
    """What two spellings of one label share: case, spaces, `_`, `-` and final punctuation are evened out."""
    return re.sub(r"[\s_-]+", " ", text.casefold()).strip().strip(".!?,;:\"'").strip()


def statistics(values: Sequence[str], name: str = "") -> Statistics:
    """Figures of one column. A column is `aside` (never a prompt or answer by itself) by its name, or when it is empty, numbers that all differ, or dates."""
    filled = [value for value in values if value.strip()]
    mean_length = sum(map(len, filled)) / len(filled) if filled else 0.0
    counts = dict(Counter(filled).most_common())
    # Long texts and thousands of different ones are no labels, and evening out their spelling would only cost time.
    if mean_length <= MAX_LABEL_LENGTH and len(counts) <= _MAX_SPELLINGS:
        spellings: dict[str, Counter[str]] = {}
        for value, count in Counter(filled).items():  # in the order of the file, which decides among equals
            spellings.setdefault(spelling_key(value), Counter())[value] = count
        ordered = sorted(spellings.values(), key=lambda spelling: -spelling.total())
        counts = {spelling.most_common(1)[0][0]: spelling.total() for spelling in ordered}
    longest = max(map(len, counts), default=0)
    few = 2 <= len(counts) <= min(MAX_LABELS, max(2, len(filled) // _MIN_PER_LABEL))
    is_label = few and longest <= MAX_LABEL_LENGTH and not any("\n" in value for value in counts)
    some = list(counts)[:_MAX_SPELLINGS]
    numeric = sum(_NUMBER_OR_DATE.fullmatch(value) is not None or _UUID.fullmatch(value) is not None for value in some)
    all_numbers = numeric > 0.9 * len(some) and not is_label
    return Statistics(
        counts,
        mean_length,
        is_label,
        not filled or all_numbers or _ASIDE_NAMES.fullmatch(name.strip().lower()) is not None,
    )
