"""Scores of labels from what the contestants found likeliest and wrote."""

import numpy
import pytest
from sklearn.metrics import f1_score

from ft_core.evals import about, classification, compare
from ft_core.evals.answers import Contestant
from ft_core.evals.written import NO_LABEL
from ft_core.generate import Answer
from ft_core.settings.example import Example, Message

LABELS = ["billing", "returns", "delivery"]
EXPECTED = [row % 3 for row in range(60)]
EXAMPLES = [
    Example(row=row, messages=(Message(role="user", content="?"), Message(role="assistant", content=LABELS[place])))
    for row, place in enumerate(EXPECTED)
]


def contestant(right: float, seed: int, writes: bool = True) -> Contestant:
    """Finds the right label likeliest in about that share of the examples, and writes it or, every tenth time, no label."""
    chance = numpy.random.default_rng(seed)
    chosen = [place if chance.random() < right else int(chance.integers(0, 3)) for place in EXPECTED]
    likelihoods = numpy.full((60, 3), -2.0)
    likelihoods[numpy.arange(60), chosen] = -0.5
    answers = [Answer(LABELS[place] if row % 10 else "I think so", 3, True) for row, place in enumerate(chosen)]
    losses = -likelihoods[numpy.arange(60), EXPECTED]
    return Contestant(answers, losses, numpy.full(60, 2), likelihoods, 1.0, writes)


FOUND = {"base": contestant(0.1, 0), "few_shot": contestant(0.4, 1), "tuned": contestant(0.9, 2)}
SCORES = classification.scored(EXAMPLES, LABELS, FOUND, compare.resampled(60))


def test_every_score_but_the_loss_is_there_for_every_contestant() -> None:
    assert set(SCORES) == set(about.CLASSIFICATION) - {"loss", "perplexity"}
    for name, one in FOUND.items():
        chosen = classification.likeliest(one)
        assert SCORES["accuracy"].values[name] == (chosen == EXPECTED).mean()
        assert SCORES["f1_macro"].values[name] == pytest.approx(f1_score(EXPECTED, chosen, average="macro"))
        assert SCORES["label_validity"].values[name] == 0.9
    assert SCORES["f1_macro"].interval.low > 0 and SCORES["label_validity"].interval.difference == 0


def test_the_verdict_follows_from_accuracy() -> None:
    verdict = classification.verdict(EXAMPLES, LABELS, FOUND, SCORES)
    assert verdict["result"] == "better" and verdict["gained"] - verdict["lost"] == round(
        60 * SCORES["accuracy"].interval.difference
    )
    assert "examples in its prompt" not in verdict["sentence"]
    prompted = FOUND | {"few_shot": FOUND["tuned"]}
    scores = classification.scored(EXAMPLES, LABELS, prompted, compare.resampled(60))
    assert (
        "examples in its prompt does at least as well"
        in classification.verdict(EXAMPLES, LABELS, prompted, scores)["sentence"]
    )


def test_the_confusion_counts_every_example_once() -> None:
    found = classification.by_label(EXAMPLES, LABELS, FOUND)
    assert found["confusion"]["labels"] == LABELS
    for name in ("base", "tuned"):
        table = numpy.array(found["confusion"][name])
        assert table.sum(1).tolist() == [20, 20, 20]
        assert table.trace() / 60 == SCORES["accuracy"].values[name]
        assert found["per_label"]["billing"][name]["recall"] == pytest.approx(table[0, 0] / 20)


@pytest.mark.parametrize(("labels", "share", "advised"), [(9, 90, False), (5, 50, True)])
def test_a_classifier_that_writes_no_labels_is_told_to_train_longer(labels, share, advised) -> None:
    written = numpy.array([0] * labels + [NO_LABEL] * (10 - labels))
    words = classification._by_itself(numpy.array([NO_LABEL] * 10), written)
    assert f"in {share} % of these examples" in words and ("Train longer" in words) is advised
    assert "the base model in 0 %" in words


def test_a_head_is_said_to_write_nothing() -> None:
    assert any(
        "writes nothing" in note
        for note in classification.notes(EXAMPLES, LABELS, contestant(0.2, 3), contestant(0.9, 3, writes=False))
    )
