"""Prompts that ask for a form, and whether an answer has it. Code decides, and looks at the form alone: a wrong fact or one item too many passes.

A model that answers everything in the one way it was trained for loses these. Some are passed by chance: what counts is the change.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A form to ask for: its name, the prompt, and the check of an answer without white space around it."""

    name: str
    ask: str
    has: Callable[[str], bool]


def follows(form: Format, answer: str) -> bool:
    """True when the answer has the form."""
    return form.has(answer.strip())


def _words(answer: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", answer)


def _lines(answer: str) -> list[str]:
    return [line.strip() for line in answer.splitlines() if line.strip()]


def _bare(text: str) -> str:
    return text.strip(" \t\n.!\"'“”‘’").casefold()


def _one_word(answer: str) -> bool:
    return re.fullmatch(r"[^\W\d_]+[.!]?", answer) is not None


def _number(answer: str) -> bool:
    return re.fullmatch(r"[-+]?\d+(?:[.,]\d+)?\.?", answer) is not None


def _json(answer: str) -> bool:
    fenced = re.fullmatch(r"```(?:json)?\s*(.*?)\s*```", answer, re.DOTALL)
    try:
        found = json.loads(fenced.group(1) if fenced else answer)
    except ValueError:
        return False
    return isinstance(found, dict) and {"name", "age", "town"} <= found.keys()


def _bullets(answer: str) -> bool:
    lines = _lines(answer)
    return len(lines) > 1 and all(re.match(r"[-*•–]\s+\S", line) for line in lines)


def _numbered(answer: str) -> bool:
    lines = _lines(answer)
    return len(lines) > 1 and all(re.match(rf"{place}[.)]\s+\S", line) for place, line in enumerate(lines, 1))


def _commas(answer: str) -> bool:
    parts = [part.strip() for part in answer.split(",")]
    return len(parts) > 1 and len(_lines(answer)) == 1 and all(1 <= len(part.split()) <= 2 for part in parts)


def _few_words(answer: str) -> bool:
    return 3 <= len(_words(answer)) <= 10  # a label alone is no sentence about anything


def _quoted(answer: str) -> bool:
    return len(answer) > 2 and answer[0] in "\"“'‘«" and answer.rstrip(".")[-1] in "\"”'’»"


def _spelled(answer: str) -> bool:
    return re.fullmatch(r"[^\W\d_](?:[-–., \n]+[^\W\d_]){2,}\.?", answer) is not None


FORMATS = (
    Format("one word", "What is the opposite of hot? Answer with one word.", _one_word),
    Format("a number only", "How much is 2 plus 3? Give only the number.", _number),
    Format(
        "JSON", "Ada is 36 years old and lives in London. Answer with JSON. The keys are name, age and town.", _json
    ),
    Format("bullet points", "List three animals as bullet points.", _bullets),
    Format("a numbered list", "Name three colours as a numbered list.", _numbered),
    Format("separated by commas", "Name three tools, separated by commas.", _commas),
    Format("capitals", "Say this in capitals: the moon is bright", str.isupper),
    Format("small letters", "Write in small letters: THE DOG IS AT HOME.", str.islower),
    Format("at most ten words", "What does a doctor do? Say it in at most ten words.", _few_words),
    Format("yes or no", "Is snow white? Answer yes or no.", lambda answer: _bare(answer) in ("yes", "no")),
    Format("quotation marks", "Put this in quotation marks: The kite is red.", _quoted),
    Format("a question", "Turn this into a question: The cat is black.", lambda answer: answer.endswith("?")),
    Format(
        "word for word",
        "Repeat after me: The river is cold.",
        lambda answer: _bare(answer) == "the river is cold",
    ),
    Format("letter by letter", "Spell the word garden.", _spelled),
    Format(
        "one of three words",
        "My dog ran away and I cried. Is this happy, sad or angry? Answer with one of the three words.",
        lambda answer: _bare(answer) in ("happy", "sad", "angry"),
    ),
    Format("two lines", "Write a poem of two lines about the rain.", lambda answer: len(_lines(answer)) == 2),
)
