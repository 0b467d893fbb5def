"""Evaluation where the answer is one of a few labels: scores, verdict, confusion and notes.

`found` are the contestants by name: base, tuned, and few_shot where there is one; n examples, in the same order everywhere.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from ft_core.evals import compare, metrics, table
from ft_core.evals.answers import Contestant
from ft_core.evals.table import Scored
from ft_core.evals.written import NO_LABEL, written_label
from ft_core.settings.example import Example

HEADLINE = "accuracy"
_USABLE = 90  # percent of written answers that are labels, below which a classifier is of no use by itself
_HEAD_NOTE = (
    "The tuned model writes nothing: the layer on top of it chooses the label, so the loss of written answers and what else needs "
    "them are not measured. The base model has no such layer, and is asked by the likelihood of its answers."
)


def scored(
    examples: Sequence[Example], labels: Sequence[str], found: Mapping[str, Contestant], weights: numpy.ndarray
) -> dict[str, Scored]:
    """Every score but the loss; those of written answers too where a head only chooses."""
    expected = numbers(examples, labels)
    chosen = {name: likeliest(one) for name, one in found.items()}
    wrote = {name: written(one, labels) for name, one in found.items()}
    values = {
        name: metrics.label_scores(chosen[name].tolist(), wrote[name].tolist(), expected.tolist()) for name in found
    }
    scores = {
        "accuracy": table.shares({name: each == expected for name, each in chosen.items()}),
        "accuracy_written": table.shares({name: each == expected for name, each in wrote.items()}),
        "label_validity": table.shares({name: each != NO_LABEL for name, each in wrote.items()}),
    }
    before, after = (
        compare.macro_draws(weights, chosen[name], expected) | compare.micro_draws(weights, wrote[name], expected)
        for name in ("base", "tuned")
    )
    for score in before:
        scores[score] = table.drawn(
            {name: each[score] for name, each in values.items()}, after[score] - before[score], weights
        )
    return scores


def verdict(
    examples: Sequence[Example], labels: Sequence[str], found: Mapping[str, Contestant], scores: Mapping[str, Scored]
) -> dict[str, Any]:
    """By accuracy: {"result", "sentence", "detectable", "detectable_unit", "p_value", "test", "gained", "lost"}."""
    accuracy, expected, total = scores["accuracy"], numbers(examples, labels), len(examples)
    right = {name: likeliest(one) == expected for name, one in found.items()}
    outcome = compare.result(accuracy.interval, "higher", accuracy.p_value)
    sentence = compare.accuracy_sentence(
        outcome, int(right["base"].sum()), int(right["tuned"].sum()), total, accuracy.interval
    )
    prompted = accuracy.values.get("few_shot")
    if prompted is not None and prompted >= accuracy.values["tuned"]:
        sentence += compare.prompting_sentence(f"it labels {100 * prompted:.0f} % right")
    return {
        "result": outcome,
        "sentence": sentence,
        "detectable": compare.smallest_detectable_share(total),
        "detectable_unit": "share",
        "p_value": accuracy.p_value,
        "test": "exact McNemar test",
        "gained": int((right["tuned"] & ~right["base"]).sum()),
        "lost": int((right["base"] & ~right["tuned"]).sum()),
    }


def by_label(examples: Sequence[Example], labels: Sequence[str], found: Mapping[str, Contestant]) -> dict[str, Any]:
    """{"per_label": {label: {"support", "base": {precision, recall, f1}, "tuned": {...}}}, "confusion": {"labels", "base", "tuned"}}.

    A confusion is int [labels, labels], rows the right label, columns the likeliest one.
    """
    expected, places = numbers(examples, labels), range(len(labels))
    per_label: dict[str, Any] = {
        label: {"support": sum(example.answer == label for example in examples)} for label in labels
    }
    confusion: dict[str, Any] = {"labels": list(labels)}
    for name in ("base", "tuned"):
        chosen = likeliest(found[name])
        values: Any = precision_recall_fscore_support(expected, chosen, labels=places, zero_division=0)  # pyright: ignore[reportArgumentType]
        for label, precision, recall, f1 in zip(labels, *values[:3], strict=True):
            per_label[label][name] = {"precision": float(precision), "recall": float(recall), "f1": float(f1)}
        confusion[name] = confusion_matrix(expected, chosen, labels=places).tolist()
    return {"per_label": per_label, "confusion": confusion}


def notes(examples: Sequence[Example], labels: Sequence[str], base: Contestant, tuned: Contestant) -> list[str]:
    """What one has to know to read the scores."""
    total = len(examples)
    label, count = Counter(example.answer for example in examples).most_common(1)[0]
    return [
        "The answer of a model that writes is the label that it finds likelier than all others (by the log-probability of the label and the end of the "
        "answer, not divided by length). What it writes by itself can be another text, and is scored apart.",
        f"Always answering {label!r} would be right for {100 * count / total:.0f} % of these examples.",
        _by_itself(written(base, labels), written(tuned, labels)) if tuned.writes else _HEAD_NOTE,
        compare.noticed(total, "examples"),
    ]


def likeliest(contestant: Contestant) -> numpy.ndarray:
    """The number of the likeliest label of each example, int64 [n]."""
    assert contestant.likelihoods is not None
    return contestant.likelihoods.argmax(1)


def written(contestant: Contestant, labels: Sequence[str]) -> numpy.ndarray:
    """The number of the label that each answer is, NO_LABEL where it is none: int64 [n]."""
    return numpy.array([written_label(answer.text, labels) for answer in contestant.answers])


def numbers(examples: Sequence[Example], labels: Sequence[str]) -> numpy.ndarray:
    """The number of each right label, int64 [n]."""
    return numpy.array([list(labels).index(example.answer) for example in examples])


def _by_itself(base: numpy.ndarray, tuned: numpy.ndarray) -> str:
    """How often both write a label when nobody offers them any: what people meet in use."""
    before, share = (100 * float((written != NO_LABEL).mean()) for written in (base, tuned))
    advice = "" if share >= _USABLE else " Train longer before you use it: more epochs, or more examples."
    return (
        f"Writing by itself, the tuned model answered with a label in {share:.0f} % of these examples, the base model in {before:.0f} %: "
        f"what counts as its answer above is the label that it finds likeliest.{advice}"
    )
