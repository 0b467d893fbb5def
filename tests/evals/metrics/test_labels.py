"""Scores of labels against scikit-learn."""

import numpy
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from ft_core.evals import metrics
from ft_core.evals.written import NO_LABEL


def _random_labels(seed: int, total: int = 60) -> tuple[list[int], list[int]]:
    chance = numpy.random.default_rng(seed)
    return chance.integers(0, 4, total).tolist(), chance.integers(0, 3, total).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_label_scores_are_those_of_scikit_learn(seed: int) -> None:
    chosen, expected = _random_labels(seed)
    written = [label if i % 3 else NO_LABEL for i, label in enumerate(chosen)]
    found = metrics.label_scores(chosen, written, expected)
    assert found == pytest.approx(
        {
            "accuracy": accuracy_score(expected, chosen),
            "f1_macro": f1_score(expected, chosen, average="macro", zero_division=0),
            "precision_macro": precision_score(expected, chosen, average="macro", zero_division=0),
            "recall_macro": recall_score(expected, chosen, average="macro", zero_division=0),
            "accuracy_written": accuracy_score(expected, written),
            "f1_micro_written": f1_score(expected, written, labels=[0, 1, 2, 3], average="micro", zero_division=0),
            "label_validity": 1 - 20 / 60,
        },
        abs=1e-12,
    )


def test_an_answer_that_is_no_label_costs_recall_only() -> None:
    found = metrics.label_scores([0, 0, 0], [0, NO_LABEL, 1], [0, 0, 1])
    assert found["f1_micro_written"] == pytest.approx(2 * 2 / (2 + 3)) and found["accuracy_written"] == 2 / 3
