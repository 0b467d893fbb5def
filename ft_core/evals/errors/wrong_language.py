"""Wrong language: the answer is for sure in another language than the right one."""

from ft_core.data.clean import language
from ft_core.data.vocabulary import words
from ft_core.evals.errors.material import LEAST_WORDS, Answers, Check, Found, Material, begun


def _find(material: Material, answers: Answers) -> Found:
    found = {}
    plain = material.mostly_common(answers.texts).tolist()
    for place, text in enumerate(answers.texts):
        main = material.language if answers.right else material.languages[place]
        if len(words(begun(text))) < LEAST_WORDS or (main == material.language and plain[place]):
            continue
        other = language.other(begun(text), main)
        # A right answer in a language that hardly another has does not set the language, but allows it.
        if other and (answers.right or language.classify(begun(material.expected[place]))[0] != other):
            found[place] = language.name(other)
    return found


WRONG_LANGUAGE = Check(
    "wrong_language",
    "Wrong language",
    f"It is in another language than the right answer. Told from {LEAST_WORDS} words on.",
    _find,
    unable=lambda material: "" if material.language else "The right answers are too short to tell their language.",
)
