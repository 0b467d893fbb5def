"""Rows for measuring: short messages with the word frequencies of real text, some made from patterns, with known copies among them."""

import random
from dataclasses import dataclass
from itertools import accumulate

LABELS = ("billing", "delivery", "returns", "account", "technical", "other")
EXACT, NEAR, PATTERN = 0.05, 0.05, 0.4  # shares of all rows
FLAWED = 0.04  # of the rows that are no copies: with an address, a phone number, a key, or tags
_STEEP = 1.07  # of Zipf's law: three words in five are among the 300 most frequent, as in short messages in English
_VOWELS, _CONSONANTS = "aeiou", "bcdfghklmnprstvz"
# The most frequent words, so that the texts are in a language.
_ENGLISH = """the of and to a in is it you that he was for on are with as his they be at one have this from or had by hot but some what
there we can out other were all your when up use how said an each she which do their time if will way about many then them would like so
these her long make thing see him two has look more day could go come did my sound no most who over know water than call first may down
side been now find any new work part take get place made live where after back little only round man year came show every good me give our
under name very through just form much great think say help low line before turn cause same mean move right boy old too does tell"""


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
    weights = list(accumulate(rank**-_STEEP for rank in range(2, len(words) + 2)))
    patterns = [source.choices(words, cum_weights=weights, k=source.randint(18, 22)) for _ in range(200)]
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
            parts = _filled(patterns[source.randrange(200)], words, weights, source)
        else:
            parts = source.choices(words, cum_weights=weights, k=source.randint(32, 44))
        text = " ".join(parts)
        own.append(place)
        text = _flawed(text, source) if source.random() < FLAWED else text
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
    made = dict.fromkeys(_ENGLISH.split())
    while len(made) < count:
        made["".join(source.choice(_CONSONANTS) + source.choice(_VOWELS) for _ in range(source.randint(1, 5)))] = None
    return list(made)


def _filled(pattern: list[str], words: list[str], weights: list[float], source: random.Random) -> list[str]:
    """A pattern with an order number and words of one's own, enough that two of one pattern are no near copies."""
    own = source.choices(words, cum_weights=weights, k=source.randint(14, 20))
    return [*pattern, *own, str(source.randrange(10**6))]


def _nearly(text: str, words: list[str], source: random.Random) -> str:
    """One more word."""
    parts = text.split()
    parts.insert(source.randrange(len(parts)), source.choice(words))
    return " ".join(parts)


def _flawed(text: str, source: random.Random) -> str:
    """With something that cleaning mends."""
    number = source.randrange(10**6, 10**7)
    key = "".join(source.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=34))
    return source.choice(
        (
            f"<p>{text}</p><br>",
            f"{text} write to customer{number}@example.org",
            f"{text} my phone number is 0151 {number}",
            f"{text} hf_{key}",
        )
    )
