"""Noise as people type it: slips of the finger, chat spellings, lost capitals and full stops. The words stay the same words."""

import random
import re
import string
from collections.abc import Collection

from ft_core.data.similar import word_set

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_CHAT = {
    "you": "u",
    "your": "ur",
    "are": "r",
    "please": "pls",
    "thanks": "thx",
    "because": "bc",
    "with": "w",
    "before": "b4",
    "though": "tho",
    "through": "thru",
    "people": "ppl",
    "message": "msg",
    "tomorrow": "tmrw",
    "tonight": "2nite",
    "probably": "prolly",
    "really": "rly",
    "something": "smth",
    "minutes": "mins",
    "without": "w/o",
    "definitely": "definately",
    "receive": "recieve",
    "received": "recieved",
    "separate": "seperate",
    "their": "thier",
    "believe": "beleive",
    "address": "adress",
    "until": "untill",
    "which": "wich",
    "weird": "wierd",
    "tried": "tryed",
    "beginning": "begining",
    "necessary": "neccessary",
    "immediately": "immediatly",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_GAP = re.compile(r"\S+")
# One word in nine is the least that makes a text no near duplicate of its source: k of n changed share (n - k) / (n + k), which falls
# below 0.8 where k > n / 9. More than one in four no reader forgives.
_LEAST, _MOST = 9, 4


def vary(text: str, chance: random.Random, keep: Collection[str] = ()) -> str:
    """`text` as somebody in a hurry types it. Words in `keep` (lower case), with digits, `@` or `/`, and names stay as they are."""
    places = [match for match in _WORD.finditer(text) if _may_change(text, match, keep)]
    size = len(word_set(text))
    wanted = min(size // _LEAST + 1 + chance.randint(0, 1), max(1, size // _MOST))
    chosen = {match.start() for match in chance.sample(places, min(wanted, len(places)))}
    mistyped = _WORD.sub(lambda match: _mistype(match[0], chance) if match.start() in chosen else match[0], text)
    return _careless(mistyped, chance, keep)


def _may_change(text: str, match: re.Match[str], keep: Collection[str]) -> bool:
    word = match[0]
    if word.lower() in keep or (len(word) < 4 and word.lower() not in _CHAT):
        return False
    start, end = match.span()
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    if any(letter in string.digits + "@/_{}<>[]" for letter in text[start:end]):
        return False
    before = text[: match.start()].rstrip()
    return word.islower() or not before or before[-1] in ".!?"


def _mistype(word: str, chance: random.Random) -> str:
    """One slip: swapped, lost, doubled or neighbouring letters, never the first one; or the way it is spelt in a chat."""
    if word.lower() in _CHAT and chance.random() < 0.7:
        return _CHAT[word.lower()]
    place = chance.randrange(1, len(word) - 1) if len(word) > 2 else 1
    if not (word[place].isalpha() and word[place - 1].isalpha()):
        return word.replace("'", "")
    slip = chance.choice(("swap", "lose", "double", "near"))
    if slip == "swap" and place + 1 < len(word) and word[place] != word[place + 1]:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if slip == "double":
        return word[: place + 1] + word[place:]
    near = _neighbour(word[place], chance)
    if slip == "near" and near:
        return word[:place] + near + word[place + 1 :]
    return word[:place] + word[place + 1 :]


def _neighbour(letter: str, chance: random.Random) -> str:
    """A letter beside it on a keyboard; "" for one that is on none of ours."""
    for row in _ROWS:
        place = row.find(letter.lower())
        if place >= 0:
            return chance.choice([row[other] for other in (place - 1, place + 1) if 0 <= other < len(row)])
    return ""


def _careless(text: str, chance: random.Random, keep: Collection[str]) -> str:
    """Now and then without capitals, apostrophes, or the full stop at the end."""
    if chance.random() < 0.4:
        text = _GAP.sub(lambda match: match[0] if _fixed(match[0], keep) else match[0].lower(), text)
    if chance.random() < 0.4:
        text = re.sub(r"(?<=[a-z])'(?=(?:t|m|s|re|ve|ll|d)\b)", "", text)
    if chance.random() < 0.4 and text.endswith((".", "!")) and not text.endswith(".."):
        text = text[:-1]
    return text


def _fixed(word: str, keep: Collection[str]) -> bool:
    return word.strip(string.punctuation).lower() in keep or any(letter in string.digits + "@/_" for letter in word)
