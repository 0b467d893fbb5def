"""Too short: prompts without three letters or digits, and answers of punctuation alone."""

import re
from collections.abc import Sequence

from ft_core.data.clean.empty import blank
from ft_core.data.clean.step import Found, Step
from ft_core.settings.example import Example
from ft_core.settings.project import Task

_LEAST = 3
_LETTER = re.compile(r"[^\W_]")
_WORD_SIGN = re.compile("[\u3400-\u9fff\uac00-\ud7af]")  # Chinese and Korean: one sign is a word or nearly
_PUNCTUATION = re.compile(r"[^\w\s]+")


def step(task: Task) -> Step:
    """The step for a task: a label may be as short as it likes."""
    return Step(
        "Very short texts",
        "A prompt of one or two letters, or an answer of punctuation alone, is rarely what somebody meant to write.",
        {"drop": "These rows are left out"},
        lambda examples: _find(examples, answers=task != "classification"),
    )


def _find(examples: Sequence[Example], answers: bool) -> Found:
    """All that a prompt says counts, also the earlier turns. Blank texts are left to `empty`, and "👍" or "+" is an answer."""
    found = Found()
    for place, example in enumerate(examples):
        prompt, answer = example.prompt_text, example.answer
        if _short(prompt):
            found.places.append(place)
            found.sample(f"prompt: {prompt}", "")
        elif answers and len(answer) < 20 and _only_punctuation(answer):
            found.places.append(place)
            found.sample(f"answer: {answer}", "")
    return found


def _short(text: str) -> bool:
    if len(text) > 200 or blank(text) or _WORD_SIGN.search(text):
        return False
    return sum(1 for _, _ in zip(range(_LEAST), _LETTER.finditer(text), strict=False)) < _LEAST


def _only_punctuation(text: str) -> bool:
    plain = "".join(text.split())
    return bool(plain) and all(letter in _MARKS for letter in plain)


_MARKS = frozenset("!\"'()*,-./:;?[\\]_`{}…–—·•¿¡«»“”‘’„。、，！？：；（）「」")
