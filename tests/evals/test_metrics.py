"""Our scores against scikit-learn, and what counts as the same answer."""

import socket
from pathlib import Path

import numpy
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from ft_core.evals import metrics

LABELS = ["billing", "technical problem", "returns"]


def _random_labels(seed: int, total: int = 60) -> tuple[list[int], list[int]]:
    chance = numpy.random.default_rng(seed)
    return chance.integers(0, 4, total).tolist(), chance.integers(0, 3, total).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_label_scores_are_those_of_scikit_learn(seed: int) -> None:
    chosen, expected = _random_labels(seed)
    written = [label if i % 3 else metrics.NO_LABEL for i, label in enumerate(chosen)]
    found = metrics.label_scores(chosen, written, expected)
    assert found == pytest.approx(
        {
            "accuracy": accuracy_score(expected, chosen),
            "f1_macro": f1_score(expected, chosen, average="macro", zero_division=0),
            "precision_macro": precision_score(expected, chosen, average="macro", zero_division=0),
            "recall_macro": recall_score(expected, chosen, average="macro", zero_division=0),
            "accuracy_written": accuracy_score(expected, written),
            "label_validity": 1 - 20 / 60,
        }
    )


def test_nothing_is_fetched_and_nothing_is_left_behind(monkeypatch, tmp_path) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a metric went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    metrics.label_scores([0, 1], [0, -1], [0, 0])
    metrics.text_scores(["a"], ["b"])
    assert list(Path(tmp_path).rglob("*")) == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("billing", 0),
        (" Billing.\n", 0),
        ('"Technical  problem"', 1),
        ("RETURNS!", 2),
        ("The label is billing", metrics.NO_LABEL),
        ("billing, returns", metrics.NO_LABEL),
        ("", metrics.NO_LABEL),
    ],
)
def test_a_written_label_is_read_whatever_its_case_and_punctuation(text: str, label: int) -> None:
    assert metrics.written_label(text, LABELS) == label


def test_labels_that_are_punctuation_are_found() -> None:
    assert metrics.written_label("A-", ["A", "A-", "A+"]) == 1
    assert metrics.written_label("1 .", ["0", "1"]) == 1


@pytest.mark.parametrize(
    ("prediction", "reference", "f1"),
    [
        ("the red fox", "the red fox", 1.0),
        ("The red fox.", "the RED fox", 1.0),
        ("a b", "b c", 0.5),
        ("b b b", "b", 0.5),
        ("лиса и волк", "волк и лиса", 1.0),
        ("x", "y", 0.0),
        ("", "word", 0.0),
        ("!", "?", 1.0),
    ],
)
def test_token_f1(prediction: str, reference: str, f1: float) -> None:
    assert metrics.token_f1(prediction, reference) == pytest.approx(f1)


def test_text_scores_are_means_over_the_answers() -> None:
    found = metrics.text_scores(["Yes.", "a b", "no"], ["yes", "b c", "maybe"])
    assert found == pytest.approx({"exact_match": 1 / 3, "token_f1": 0.5})


def test_every_score_says_which_way_is_better() -> None:
    for infos in (metrics.CLASSIFICATION, metrics.TEXT):
        for name, info in infos.items():
            assert info.better == ("lower" if name in ("loss", "perplexity") else "higher")
            assert info.meaning.endswith(".")
