"""Rows for measuring: short messages with the word frequencies of real text, some made from patterns, with known copies among them."""

import random
from dataclasses import dataclass
from itertools import accumulate

LABELS = ("billing", "delivery", "returns", "account", "technical", "other")
EXACT, NEAR, PATTERN = 0.05, 0.05, 0.4  # shares of all rows
_VOWELS, _CONSONANTS = "aeiou", "bcdfghklmnprstvz"


@dataclass(frozen=True)
class MadeRow:
    """`copy_of` is the place of the row that this one repeats, exactly or nearly; None for a row of its own."""

    text: str
    label: str
    copy_of: int | None
    exact: bool


def make(count: int, seed: int = 0) -> list[MadeRow]:
    """`count` rows, the same for the same seed: own texts by Zipf's law or from 200 patterns, then copies spread among them."""
    source = random.Random(seed)
    words = _words(source, 30_000)
    weights = list(accumulate(1 / rank for rank in range(2, len(words) + 2)))
    patterns = [source.choices(words, cum_weights=weights, k=source.randint(8, 14)) for _ in range(200)]
    rows: list[MadeRow] = []
    own: list[int] = []
    for place in range(count):
        kind = source.random()
        if own and kind < EXACT + NEAR:
            original = own[source.randrange(len(own))]
            text, label = rows[original].text, rows[original].label
            exact = kind < EXACT
            text = f"  {text.capitalize()} " if exact else _nearly(text, words, source)
            rows.append(MadeRow(text, label, original, exact))
            continue
        if kind < EXACT + NEAR + PATTERN:
            text = " ".join(_filled(patterns[source.randrange(200)], words, weights, source))
        else:
            text = " ".join(source.choices(words, cum_weights=weights, k=source.randint(10, 16)))
        own.append(place)
        rows.append(MadeRow(text, source.choice(LABELS), None, False))
    return rows


def one_pattern(count: int, seed: int = 0) -> list[str]:
    """The worst case: every text is one sentence with one word of its own, so that all are near copies of all."""
    source = random.Random(seed)
    return [
        f"please tell me today the price of the new item number {source.randrange(10**9)} once again"
        for _ in range(count)
    ]


def _words(source: random.Random, count: int) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(source.choice(_CONSONANTS) + source.choice(_VOWELS) for _ in range(source.randint(1, 5)))] = None
    return list(made)


def _filled(pattern: list[str], words: list[str], weights: list[float], source: random.Random) -> list[str]:
    """A pattern with an order number and two words of one's own."""
    return [*pattern, *source.choices(words, cum_weights=weights, k=2), str(source.randrange(10**6))]


def _nearly(text: str, words: list[str], source: random.Random) -> str:
    """One more word."""
    parts = text.split()
    parts.insert(source.randrange(len(parts)), source.choice(words))
    return " ".join(parts)
