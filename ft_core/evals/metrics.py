"""The scores: what each means, and `evaluate.Metric`s of ours over scikit-learn.

They are instances, never `evaluate.load(...)`, which would fetch code from the Hub. Labels are numbers; -1 stands for "no label".
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal

import datasets
import evaluate
from pydantic import BaseModel, ConfigDict
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

NO_LABEL = -1
_PUNCTUATION = ".,;:!?\"'`*()[]"
_WORD = re.compile(r"\w+")


class MetricInfo(BaseModel):
    """What a score is called, what it means, and which way is better."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    meaning: str
    better: Literal["higher", "lower"] = "higher"


_LOSS = {
    "loss": MetricInfo(
        title="Loss",
        meaning="How surprised the model is by the right answers, in nats per token, the end of the answer included.",
        better="lower",
    ),
    "perplexity": MetricInfo(
        title="Perplexity",
        meaning="exp(loss): between how many equally likely tokens the model wavers, on average, when it writes the right answer.",
        better="lower",
    ),
}
CLASSIFICATION = {
    "accuracy": MetricInfo(
        title="Accuracy", meaning="Share of messages for which the right label is the likeliest of all labels."
    ),
    "f1_macro": MetricInfo(
        title="Macro F1", meaning="Balance of precision and recall, every label counted alike, however rare."
    ),
    "precision_macro": MetricInfo(
        title="Macro precision",
        meaning="Of the messages given a label, the share that truly have it; mean over labels.",
    ),
    "recall_macro": MetricInfo(
        title="Macro recall",
        meaning="Of the messages that truly have a label, the share that was given it; mean over labels.",
    ),
    "accuracy_written": MetricInfo(
        title="Accuracy of the written answer",
        meaning="Share of messages for which the model wrote the right label by itself.",
    ),
    "label_validity": MetricInfo(
        title="Answered with a label",
        meaning="Share of messages for which the model wrote one of the labels, right or wrong.",
    ),
    **_LOSS,
}
# What a classification head has a score in: it writes nothing, so the others are absent.
HEAD = {name: CLASSIFICATION[name] for name in ("accuracy", "f1_macro", "precision_macro", "recall_macro")}
PLAIN_TEXT = {
    "loss": MetricInfo(
        title="Loss",
        meaning="How surprised the model is by texts that it has not seen, in nats per token, the end of the text included.",
        better="lower",
    ),
    "perplexity": MetricInfo(
        title="Perplexity",
        meaning="exp(loss): between how many equally likely tokens the model wavers, on average, at each token of the texts.",
        better="lower",
    ),
}
PREFERENCE = {
    "preferred": MetricInfo(
        title="Better answer preferred",
        meaning="Share of pairs in which the better answer is likelier than the worse one.",
    ),
    "margin": MetricInfo(
        title="Margin",
        meaning="By how many nats the log-probability of the better answer is above that of the worse one, on average.",
    ),
    "loss": _LOSS["loss"].model_copy(update={"title": "Loss of the better answers"}),
}
TEXT = {
    **_LOSS,
    "exact_match": MetricInfo(
        title="Exact match",
        meaning="Share of answers that are the expected text but for case, spaces and final punctuation.",
    ),
    "token_f1": MetricInfo(
        title="Word F1",
        meaning="Words that answer and expected text share: balance of precision and recall; mean over examples.",
    ),
}


# One answer.


def normalised(text: str) -> str:
    """Lower case, single spaces, without quotes and punctuation at both ends."""
    return " ".join(text.casefold().split()).strip(_PUNCTUATION + " ")


def written_label(text: str, labels: Sequence[str]) -> int:
    """Index of the label that the text is, but for case, spaces and punctuation around it; NO_LABEL when it is none."""
    plain = normalised(text)
    return next((i for i, label in enumerate(labels) if normalised(label) == plain), NO_LABEL)


def exact_match(prediction: str, reference: str) -> float:
    """1.0 when both are the same text once normalised, else 0.0."""
    return float(normalised(prediction) == normalised(reference))


def token_f1(prediction: str, reference: str) -> float:
    """F1 of the words of one answer, as SQuAD scores it (Rajpurkar et al. 2016), with Unicode words and without dropping articles.

    Languages that put no spaces between words count as few long words; two texts without any word count as the same.
    """
    predicted, expected = _WORD.findall(prediction.casefold()), _WORD.findall(reference.casefold())
    if not predicted or not expected:
        return float(predicted == expected)
    shared = sum((Counter(predicted) & Counter(expected)).values())
    return 2 * shared / (len(predicted) + len(expected))


# All answers.


class LabelScores(evaluate.Metric):
    """Accuracy and macro averages over the labels that occur; a label that is never given or never true counts as 0 there."""

    def _info(self) -> evaluate.MetricInfo:
        return _info("Accuracy, macro precision, macro recall and macro F1 of label numbers.", "int32")

    def _compute(self, predictions: Sequence[int], references: Sequence[int]) -> dict[str, float]:
        precision, recall, f1, _ = precision_recall_fscore_support(
            references,
            predictions,
            average="macro",
            zero_division=0,  # pyright: ignore[reportArgumentType]
        )
        return {
            "accuracy": float(accuracy_score(references, predictions)),
            "f1_macro": float(f1),
            "precision_macro": float(precision),
            "recall_macro": float(recall),
        }


class WrittenAccuracy(evaluate.Metric):
    """Share of written answers that are the right label."""

    def _info(self) -> evaluate.MetricInfo:
        return _info("Accuracy of label numbers read from free answers, -1 for no label.", "int32")

    def _compute(self, predictions: Sequence[int], references: Sequence[int]) -> dict[str, float]:
        return {"accuracy_written": float(accuracy_score(references, predictions))}


class LabelValidity(evaluate.Metric):
    """Share of written answers that are a label at all."""

    def _info(self) -> evaluate.MetricInfo:
        return _info("Share of label numbers that are not -1.", "int32")

    def _compute(self, predictions: Sequence[int], references: Sequence[int]) -> dict[str, float]:
        return {"label_validity": _mean([float(label != NO_LABEL) for label in predictions])}


class ExactMatch(evaluate.Metric):
    """Share of answers that are the expected text once normalised."""

    def _info(self) -> evaluate.MetricInfo:
        return _info("Normalised exact match of texts.", "string")

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return {"exact_match": _mean_of(exact_match, predictions, references)}


class TokenF1(evaluate.Metric):
    """Mean word F1."""

    def _info(self) -> evaluate.MetricInfo:
        return _info("Mean F1 of the words of texts.", "string")

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return {"token_f1": _mean_of(token_f1, predictions, references)}


def label_scores(chosen: Sequence[int], written: Sequence[int], expected: Sequence[int]) -> dict[str, float]:
    """All classification scores but the loss: of the likeliest labels `chosen` and of the free answers `written` (numbers, NO_LABEL)."""
    return _computed([LabelScores], chosen, expected) | _computed([WrittenAccuracy, LabelValidity], written, expected)


def text_scores(answers: Sequence[str], expected: Sequence[str]) -> dict[str, float]:
    """All scores of free text but the loss."""
    return _computed([ExactMatch, TokenF1], answers, expected)


def _computed(
    kinds: Sequence[type[evaluate.Metric]], predictions: Sequence[Any], references: Sequence[Any]
) -> dict[str, float]:
    # evaluate makes folders and lock files even when it keeps its data in memory: they go where they are removed again.
    with tempfile.TemporaryDirectory() as folder:
        combined = evaluate.combine([kind(keep_in_memory=True, cache_dir=folder) for kind in kinds])
        return combined.compute(predictions=list(predictions), references=list(references))


def _info(description: str, kind: str) -> evaluate.MetricInfo:
    features = datasets.Features({"predictions": datasets.Value(kind), "references": datasets.Value(kind)})
    return evaluate.MetricInfo(description=description, citation="", features=features)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _mean_of(score: Callable[[str, str], float], predictions: Sequence[str], references: Sequence[str]) -> float:
    return _mean([score(a, b) for a, b in zip(predictions, references, strict=True)])
