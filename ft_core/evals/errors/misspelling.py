"""Misspelling: words that no dictionary and nothing in the person's own data knows, one letter away from a known word."""

import re
import string
from collections.abc import Iterable
from functools import cache
from itertools import islice

from spellchecker import SpellChecker

from ft_core.data.clean import language
from ft_core.evals.errors.material import Answers, Check, Found, Material, short

_LETTERS = range(4, 21)  # of a word that is looked at: shorter ones are mostly abbreviations
_UNKNOWN = (
    10  # different words of one answer are looked up; what has more is no misspelt prose, and one of them is enough
)
_STEM = 4  # letters of a known word that a known ending may follow
_ENDS = ("s", "es", "ed", "d", "ing", "ly", "er", "ers", "est", "'s", "n't")
# The dictionary of English is American. (as it is in British English, as the dictionary has it)
_BRITISH = (
    ("our", "or"), ("is", "iz"), ("ys", "yz"), ("lled", "led"), ("lling", "ling"), ("ller", "ler"), ("tre", "ter"), ("bre", "ber"),
    ("ae", "e"), ("oe", "e"), ("ence", "ense"), ("ogue", "og"), ("ould", "old"), ("amme", "am"), ("ellery", "elry"), ("eamt", "eamed"),
)  # fmt: skip
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
_EDGES = string.punctuation + "“”„‘«»…–—"


def _find(material: Material, answers: Answers) -> Found:
    """Answers with more misspelt words than the right answer has. The last word of one that was cut off does not count."""
    expected = material.once("expected words", lambda: list(map(_words, material.expected)))
    wrong = _Speller.of(material)
    found = {}
    for place, (text, finished) in enumerate(zip(answers.texts, answers.finished, strict=True)):
        if place in answers.foreign or material.languages[place] != material.language:
            continue
        slips = wrong.among(_words(text if finished else text.rpartition(" ")[0]))
        if slips and not answers.right:
            known = {*expected[place], *_words(material.prompts[place])}
            slips = [word for word in slips if word not in known]
            if len(slips) <= len(wrong.among(expected[place])):
                continue
        if slips:
            found[place] = short(", ".join(f"{word} ({wrong.meant(word)}?)" for word in slips))
    return found


class _Speller:
    """Which words are misspelt, in the language of most right answers; what was looked up once is remembered."""

    def __init__(self, material: Material) -> None:
        self._checker = _dictionary(material.language)
        self._counts = self._checker.word_frequency.dictionary
        self._own = material.often
        self._british = _BRITISH if material.language == "en" else ()
        self._meant: dict[str, str] = {}

    @classmethod
    def of(cls, material: Material) -> "_Speller":
        """The one for all contestants."""
        return material.once("speller", lambda: cls(material))

    def among(self, words: Iterable[str]) -> list[str]:
        """The misspelt ones of some words, each once."""
        unknown = (word for word in dict.fromkeys(words) if not self._known(word))
        return [word for word in islice(unknown, _UNKNOWN) if self.meant(word)]

    def meant(self, word: str) -> str:
        """The word that an unknown one is probably meant to be; "" when none is near."""
        if word not in self._meant:
            self._meant[word] = "" if self._derived(word) else self._nearest(word)
        return self._meant[word]

    def _known(self, word: str) -> bool:
        return word in self._counts or word in self._own

    def _derived(self, word: str) -> bool:
        """Whether it is a known word with an ending, or spelt as in Britain."""
        if any(
            word.endswith(end) and len(word) - len(end) >= _STEM and self._known(word[: -len(end)]) for end in _ENDS
        ):
            return True
        spellings = (word.replace(there, here) for there, here in self._british if there in word)
        return any(self._known(spelling) for spelling in spellings)

    def _nearest(self, word: str) -> str:
        edits = self._checker.edit_distance_1(word)
        near = [other for other in edits if other in self._counts] or sorted(self._own.intersection(edits))
        return max(near, key=lambda other: (self._counts.get(other, 0), other), default="")


def _words(text: str) -> list[str]:
    """The words that are looked at: all letters, in lower case, none of code or addresses. Names and starts of sentences are left out."""
    if "`" in text or "://" in text:
        text = _CODE.sub(" ", text)
    parts = (part.strip(_EDGES) for part in text.replace("’", "'").split())
    return [part for part in parts if len(part) in _LETTERS and part.islower() and part.replace("'", "").isalpha()]


@cache
def _dictionary(code: str) -> SpellChecker:
    return SpellChecker(language=code, distance=1)


def _unable(material: Material) -> str:
    if not material.language:
        return "The right answers are too short to tell their language."
    named = language.name(material.language)
    return "" if material.language in SpellChecker.languages() else f"There is no dictionary of {named}."


MISSPELLING = Check(
    "misspelling",
    "Misspelt words",
    "A word stands in no dictionary and fewer than three times in your data, and is one letter away from a known word. Capitalised words are left out.",
    _find,
    unable=_unable,
)
