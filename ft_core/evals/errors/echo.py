"""Echo: the answer repeats the prompt, where the right answer does not."""

import numpy

from ft_core.data.vocabulary import words
from ft_core.evals.errors.material import Answers, Check, Found, Material
from ft_core.evals.errors.runs import among, covered, runs

_RUN = 5  # words in a row
_SHARE = 0.5  # of the answer's words
_MORE = 0.25  # than of the right answer's: what is taken out of a text that is given repeats it rightly
_OPENING = 5  # words of a prompt that an answer begins with
_WHOLE = 3  # words of a prompt that makes up half of an answer


def _find(material: Material, answers: Answers) -> Found:
    shares = _shares(material, answers)
    if answers.right:
        echoes = shares >= _SHARE
    else:
        right = material.once("right echoes", lambda: _shares(material, material.right))
        echoes = shares >= numpy.maximum(_SHARE, right + _MORE)
    found = {place: f"{shares[place]:.0%} of it is the prompt" for place in numpy.flatnonzero(echoes).tolist()}
    _, asked = material.vocabulary.of(material.prompts)
    for place in numpy.flatnonzero((shares > 0) | (asked < _RUN)).tolist():
        text = answers.texts[place]
        if (
            place not in found
            and _repeats(text, material.prompts[place])
            and (answers.right or not _repeats(material.expected[place], material.prompts[place]))
        ):
            found[place] = "the whole prompt"
    return found


def _shares(material: Material, answers: Answers) -> numpy.ndarray:
    """How much of each answer stands in its prompt, as runs of five words: float64 [n]. Of fewer words all must, in one row."""
    numbers, sizes = material.vocabulary.of(answers.texts)
    found = runs(numbers, sizes, _RUN)
    asked = material.once("short runs asked", lambda: _asked(material))
    inside = covered(found, among(found.owned(), asked), sizes)
    shares = inside / numpy.maximum(sizes, 1)
    for place in numpy.flatnonzero(sizes < _RUN).tolist():
        mine, prompt = (" ".join(words(text)) for text in (answers.texts[place], material.prompts[place]))
        shares[place] = float(answers.right and bool(answers.texts[place].strip()) and f" {mine} " in f" {prompt} ")
    return shares


def _asked(material: Material) -> numpy.ndarray:
    return numpy.sort(runs(*material.vocabulary.of(material.prompts), _RUN).owned())


def _repeats(text: str, prompt: str) -> bool:
    """Whether an answer begins with the whole prompt or the whole last line of it, or is for the most part the prompt."""
    answer, asked = words(text[: 2 * len(prompt) + 100]), words(prompt)
    last = words((prompt.strip().splitlines() or [""])[-1])
    if any(len(part) >= _OPENING and answer[: len(part)] == part for part in (asked, last)):
        return True
    if len(asked) < _WHOLE or len(asked) < _SHARE * len(answer):
        return False
    return f" {' '.join(asked)} " in f" {' '.join(answer)} "


ECHO = Check(
    "echo",
    "Repeats the prompt",
    f"It begins with the prompt, or at least {_SHARE:.0%} of it stands there word for word; and the right answer is not so.",
    _find,
    labels=True,
)
