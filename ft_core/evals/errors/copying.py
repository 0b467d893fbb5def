"""Copying: a long piece of a training answer stands in an answer to another question."""

from collections.abc import Sequence

import numpy

from ft_core.evals.errors.material import Answers, Check, Found, Material, short
from ft_core.evals.errors.runs import among, runs

_RUN = 10  # words in a row
_PHRASE = 5  # different training answers that have a run make it a phrase, such as a greeting, and no copy


def _find(material: Material, answers: Answers) -> Found:
    """Answers with a run of words of one training answer, which stands neither in the prompt nor in the right answer."""
    numbers, sizes = material.vocabulary.of(answers.texts)
    found = runs(numbers, sizes, _RUN)
    copied = among(found.sums, material.once("learnt runs", lambda: _learnt(material)))
    owned = found.owned()
    copied &= ~among(owned, material.once("runs asked", lambda: _owned(material, material.prompts)))
    if not answers.right:
        copied &= ~among(owned, material.once("runs expected", lambda: _owned(material, material.expected)))
    places, firsts = numpy.unique(found.owners[copied], return_index=True)
    ends = numpy.cumsum(sizes)
    result = {}
    for place, start in zip(places.tolist(), found.starts[copied][firsts].tolist(), strict=True):
        first = start - int(ends[place] - sizes[place])
        piece = numbers[start : start + _RUN].tolist()
        result[place] = short(f"from word {first + 1}: " + " ".join(material.spelt[number] for number in piece))
    return result


def _owned(material: Material, texts: Sequence[str]) -> numpy.ndarray:
    return numpy.sort(runs(*material.vocabulary.of(texts), _RUN).owned())


def _learnt(material: Material) -> numpy.ndarray:
    """The runs of the training answers that are no common phrases: uint64 [runs]. Equal answers count once."""
    different = list(dict.fromkeys(material.training))
    found = runs(*material.vocabulary.of(different), _RUN)
    _, firsts = numpy.unique(found.owned(), return_index=True)  # of one answer each run once
    learnt, counts = numpy.unique(found.sums[firsts], return_counts=True)
    return learnt[counts < _PHRASE]


COPIED = Check(
    "copied",
    "Copied from training",
    f"At least {_RUN} words in a row stand in fewer than {_PHRASE} training answers, and neither in the prompt nor in the right answer.",
    _find,
    unable=lambda material: "" if any(material.training) else "The training answers are not at hand.",
)
