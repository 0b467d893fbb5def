"""Language: rows in another language than most of the others."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ft_core.data.clean.step import Found, Step
from ft_core.settings.example import Example
from ft_core.settings.project import Task

# Of 1, as py3langid has it. Near languages share what is left, so a row is another's when its own is likely and the most common one is not.
_LIKELY = 0.5
_UNLIKELY = 0.01
_LEAST_LETTERS = 20  # in fewer no language can be told for sure
_LEAST_SIGNS = 6  # the same for scripts in which a sign is a word or nearly
_NONE = "zxx"  # what py3langid says of text in no language
_READ = 300  # letters that tell a language
_SAMPLE = 1_000  # texts that tell the most common language and its common words
_COMMON = 300  # words
_LISTED = 5  # languages named
_MOST_COMMON = 0.5  # of a text's words: what has so many in common with the most common language is in it
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]+")
_NO_PROSE = re.compile(r"```.*?(?:```|\Z)|https?://\S+|[\w.+-]+@[\w.-]+", re.DOTALL)
_NAMES = {
    "ar": "Arabic", "bn": "Bengali", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "nb": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def step(task: Task) -> Step:
    """The step for a task: labels have no language."""
    return Step(
        "Several languages",
        "What is learnt from rows in another language helps the most common one little. Keep them if the model is to know both.",
        {"drop": "Rows in another language than the most common one are left out"},
        lambda examples: _find(examples, answers=task != "classification"),
    )


def _find(examples: Sequence[Example], answers: bool) -> Found:
    """Rows that are for sure in another language than the most common one; a prompt and its answer are judged as one text.

    Every row is judged by itself, and the same words always get the same verdict. Rows of mostly common words are done with at once.
    """
    found = Found()
    stride = max(1, len(examples) // _SAMPLE)
    sample = [_prose(example, answers) for example in islice(examples, 0, None, stride)]
    told = [(text, language) for text in sample for language, likely in [classify(text)] if likely >= _LIKELY]
    counts = Counter(language for _, language in told)
    if not counts:
        return found
    main = counts.most_common(1)[0][0]
    common = _common_words(text for text, language in told if language == main)
    others: Counter[str] = Counter()
    for place, example in enumerate(examples):
        text = _prose(example, answers)
        words = _WORD.findall(text.lower())
        if len(text) < _LEAST_SIGNS or sum(map(common.__contains__, words)) >= _MOST_COMMON * len(words):
            continue
        language = other(text, main)
        if language:
            others[language] += 1
            found.places.append(place)
            found.sample(text, name(language))
    if others:
        listed = ", ".join(f"{count:,} {name(language)}" for language, count in others.most_common(_LISTED))
        rest = others.total() - sum(count for _, count in others.most_common(_LISTED))
        listed += f", {rest:,} others" if rest else ""
        found.detail = f"Most rows are {name(main)}; of {len(examples):,} rows, these are not: {listed}."
    return found


def _common_words(texts: Iterable[str]) -> frozenset[str]:
    """Those that the most texts have, in lower case."""
    counts = Counter(word for text in texts for word in set(_WORD.findall(text.lower())))
    return frozenset(word for word, _ in counts.most_common(_COMMON))


def _prose(example: Example, answers: bool) -> str:
    """What of an example is told by."""
    asked = example.prompt_text[:_READ]
    return prose(f"{asked}\n{example.answer[:_READ]}" if answers else asked)


def prose(text: str) -> str:
    """What of a text its language is told by: its beginning, without code and addresses."""
    text = text[: 2 * _READ + 1]
    return _NO_PROSE.sub(" ", text) if "```" in text or "://" in text or "@" in text else text


def other(text: str, main: str) -> str:
    """The language of a text that is for sure not in `main`; else ""."""
    if not _can_be_told(text):
        return ""
    ranked = _identifier().rank(text)
    language, likely = ranked[0]
    if language in (_NONE, main) or likely < _LIKELY:
        return ""
    return language if dict(ranked)[main] <= _UNLIKELY else ""


def classify(text: str) -> tuple[str, float]:
    """The likeliest language (ISO 639) and how likely it is, 0 to 1; ("", 0) for too few letters to tell."""
    language, likely = _identifier().classify(text) if _can_be_told(text) else (_NONE, 0.0)
    return ("", 0.0) if language == _NONE else (language, likely)


def _can_be_told(text: str) -> bool:
    least = _LEAST_LETTERS if text.isascii() or not _UNSPACED.search(text) else _LEAST_SIGNS
    return sum(map(len, _WORD.findall(text))) >= least


def name(language: str) -> str:
    """The English name of a language, or its code in backticks."""
    return _NAMES.get(language, f"`{language}`")


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
