"""Length: answers much longer than the right one, and answers that did not come to an end."""

import numpy

from ft_core.evals.errors.material import Answers, Check, Found, Material

_TIMES = 2.0  # the length of the right answer
_MORE = 10  # words: twice a short answer is still short


def _too_long(material: Material, answers: Answers) -> Found:
    _, sizes = material.vocabulary.of(answers.texts)
    _, right = material.vocabulary.of(material.expected)
    # In letters too: what counts as a word differs between scripts.
    letters, right_letters = (numpy.array(list(map(len, texts))) for texts in (answers.texts, material.expected))
    long = (sizes > _TIMES * right) & (sizes >= right + _MORE) & (letters > _TIMES * right_letters)
    return {
        place: f"{sizes[place]:,} words, the right answer has {right[place]:,}"
        for place in numpy.flatnonzero(long).tolist()
    }


def _cut_off(_material: Material, answers: Answers) -> Found:
    return {
        place: "…" + " ".join(answers.texts[place][-60:].split())
        for place, finished in enumerate(answers.finished)
        if not finished
    }


TOO_LONG = Check(
    "too_long",
    "Too long",
    f"More than {_TIMES:g} times as long as the right answer, and at least {_MORE} words longer.",
    _too_long,
    labels=True,
)
CUT_OFF = Check(
    "cut_off",
    "Cut off",
    "It had not come to its end when the longest answer allowed was reached.",
    _cut_off,
    labels=True,
)
