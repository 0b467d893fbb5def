"""What a generated text must pass before a person sees it. A check says why it refuses, in words that can be counted."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

NAMES = ("new", "length", "numbers", "format", "language", "answer")
REPEATS = "nearly repeats a row that is there"
LENGTH = "much shorter or longer than its source"
NUMBERS = "other numbers, addresses or links than its source"
FORMAT = "no longer in the format of its source"
LANGUAGE = "in another language than its source"
ANSWER = "would get another answer"

_SHORTEST, _LONGEST = 0.4, 2.5  # of the words of its source
_FIXED = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+\.[\w.-]+|\d+(?:[.,:/-]\d+)*")
_SURE = 0.05  # a text whose language is its source's with less than this probability is in another one
_MIN_WORDS = 5  # fewer are too few to tell a language by


def refuses(text: str, sources: Sequence[str], all_of_it: bool = True) -> str | None:
    """Why `text` cannot stand for its `sources` (the first is what it is compared with), or None.

    With `all_of_it`, every number, address and link of the source must be in it; else it may only have none of its own.
    """
    source = sources[0]
    size, wanted = len(text.split()), len(source.split())
    if not text.strip() or not _SHORTEST * wanted - 1 <= size <= _LONGEST * wanted + 1:
        return LENGTH
    fixed, known = set(_FIXED.findall(text)), {part for one in sources for part in _FIXED.findall(one)}
    if not fixed <= known or (all_of_it and fixed != known):
        return NUMBERS
    if not same_format(text, source):
        return FORMAT
    return None if same_language(text, source) else LANGUAGE


def same_format(text: str, source: str) -> bool:
    """JSON stays JSON with the same keys, and what is no JSON does not become any."""
    first, second = _json(text), _json(source)
    return type(first) is type(second) and (not isinstance(first, dict) or first.keys() == second.keys())


def same_language(text: str, source: str) -> bool:
    """False only where both texts are long enough to tell, and the language of the source is hardly that of the text."""
    if min(len(text.split()), len(source.split())) < _MIN_WORDS:
        return True
    import py3langid  # a quarter of a second to load: only when it is asked

    scores = dict(py3langid.rank(text))
    language = py3langid.classify(source)[0]
    # Log-likelihoods: the sum over all languages makes probabilities of them.
    best = max(scores.values())
    whole = sum(math.exp(score - best) for score in scores.values())
    return math.exp(scores[language] - best) / whole >= _SURE


def _json(text: str) -> Any:
    """A list or an object; None for every other text."""
    stripped = text.strip()
    if not stripped.startswith(("{", "[")):
        return None
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None
