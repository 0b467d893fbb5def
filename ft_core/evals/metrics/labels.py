"""Scores of labels, over scikit-learn. Labels are numbers; -1 stands for "no label"."""

from collections.abc import Sequence

import datasets
import evaluate
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from ft_core.evals.metrics.local import computed, described
from ft_core.evals.written import NO_LABEL

_NUMBER = datasets.Value("int32")


class LabelScores(evaluate.Metric):
    """Accuracy and macro averages over the labels that occur; a label that is never given or never true counts as 0 there."""

    def _info(self) -> evaluate.MetricInfo:
        return described("Accuracy, macro precision, macro recall and macro F1 of label numbers.", _NUMBER, "int32")

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


class WrittenLabels(evaluate.Metric):
    """Share of written answers that are the right label, and micro F1 over the labels: an answer that is none of them is missing there."""

    def _info(self) -> evaluate.MetricInfo:
        return described(
            "Accuracy and micro F1 of label numbers read from free answers, -1 for no label.", _NUMBER, "int32"
        )

    def _compute(self, predictions: Sequence[int], references: Sequence[int]) -> dict[str, float]:
        labels = sorted({*predictions, *references} - {NO_LABEL})
        micro = f1_score(references, predictions, labels=labels, average="micro", zero_division=0)  # pyright: ignore[reportArgumentType]
        return {"accuracy_written": float(accuracy_score(references, predictions)), "f1_micro_written": float(micro)}


class LabelValidity(evaluate.Metric):
    """Share of written answers that are a label at all."""

    def _info(self) -> evaluate.MetricInfo:
        return described("Share of label numbers that are not -1.", _NUMBER, "int32")

    def _compute(self, predictions: Sequence[int], references: Sequence[int]) -> dict[str, float]:
        return {"label_validity": sum(label != NO_LABEL for label in predictions) / len(predictions)}


def label_scores(chosen: Sequence[int], written: Sequence[int], expected: Sequence[int]) -> dict[str, float]:
    """All classification scores but the loss: of the likeliest labels `chosen` and of the free answers `written` (numbers, NO_LABEL)."""
    return computed([LabelScores], chosen, expected) | computed([WrittenLabels, LabelValidity], written, expected)
