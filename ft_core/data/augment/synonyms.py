"""Other words for the same: phrases of a group stand for one another, and questions are asked another way. English only.

The table `synonyms.toml` is of our own making. A thesaurus such as WordNet lists the words of every sense ("charge": accuse, load,
bill), so that most blind exchanges change the meaning or the grammar, and it cannot be installed from a package with its data inside;
this table is small, and each exchange in it holds in nearly every sentence. A text that has few of its phrases gives no variant.
"""

import random
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_SHARE = 0.85  # of the phrases found that are exchanged
# "What is it?" has no short form of "it is", and neither has "how large it is and how heavy".
_CONTRACTED = re.compile(r".*'(?:m|s|ve|d|ll)")
_GOES_ON = re.compile(r"\s+(?!(?:and|or|but|in|on|at|for|to|if)\b)\w")
_I = re.compile(r"\bi\b(?=[' ]|$)")


@dataclass(frozen=True)
class _Words:
    phrase: re.Pattern[str]
    others: dict[str, list[str]]
    questions: list[tuple[re.Pattern[str], list[str]]]


def vary(text: str, chance: random.Random, keep: Collection[str] = ()) -> str:
    """`text` with most of its known phrases said another way. Phrases with a word of `keep` (lower case) stay."""
    words = _words()
    for asked, become in words.questions:
        text = asked.sub(lambda match, become=become: _asked(match, chance.choice(become), chance), text)

    def exchange(match: re.Match[str]) -> str:
        old = _even(match[0])
        if chance.random() > _SHARE or any(part in keep for part in old.split()):
            return match[0]
        new = chance.choice(words.others[old])
        if _CONTRACTED.fullmatch(new) and not _GOES_ON.match(match.string, match.end()):
            return match[0]
        return _dressed(new, match[0], text)

    return words.phrase.sub(exchange, text)


def _asked(match: re.Match[str], become: str, chance: random.Random) -> str:
    return _dressed(match.expand(become), match[0], match.string) if chance.random() < _SHARE else match[0]


def _dressed(new: str, old: str, text: str) -> str:
    """`new` as the old phrase was written: with its first capital, and with the "I" of a text that has capitals."""
    if text != text.lower():
        new = _I.sub("I", new)
    return new[0].upper() + new[1:] if old[0].isupper() else new


def _even(phrase: str) -> str:
    return " ".join(phrase.lower().replace("’", "'").split())


@cache
def _words() -> _Words:
    values: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    others = {phrase: [other for other in group if other != phrase] for group in values["groups"] for phrase in group}
    longest = sorted(others, key=len, reverse=True)
    parts = "|".join(r"\s+".join(re.escape(word).replace("'", "['’]") for word in phrase.split()) for phrase in longest)
    questions = [
        (re.compile(rf"(?:^|(?<=[.!?:,]\s)|(?<=\n)){entry['asked']}", re.IGNORECASE), entry["become"])
        for entry in values["questions"]
    ]
    return _Words(re.compile(rf"(?<![\w'@/-])(?:{parts})(?![\w'@/-])", re.IGNORECASE), others, questions)
