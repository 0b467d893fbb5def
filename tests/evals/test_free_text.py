"""Scores of written texts, and a verdict by the loss of the right ones."""

import numpy
import pytest

from ft_core.evals import about, compare, free_text, metrics, table
from ft_core.evals.answers import Contestant
from ft_core.generate import Answer
from ft_core.settings.example import Example, Message

EXPECTED = [f"your parcel number {row} arrives on day {row % 7}" for row in range(40)]
EXAMPLES = [
    Example(row=row, messages=(Message(role="user", content="When?"), Message(role="assistant", content=text)))
    for row, text in enumerate(EXPECTED)
]
WEIGHTS = compare.resampled(40)


def contestant(right: int, loss: float) -> Contestant:
    """Writes the expected text in all but every `right`th example; loses about `loss` nats per token."""
    answers = [Answer(text if row % right else "we do not know", 5, True) for row, text in enumerate(EXPECTED)]
    spread = numpy.random.default_rng(right).normal(0, 0.1, 40)
    return Contestant(answers, 5 * (loss + spread), numpy.full(40, 5), None, 1.0)


FOUND = {"base": contestant(2, 3.0), "few_shot": contestant(3, 2.0), "tuned": contestant(5, 1.0)}


def test_every_score_but_the_loss_is_there_and_means_what_its_metric_says() -> None:
    scores = free_text.scored(EXAMPLES, FOUND, WEIGHTS)
    assert set(scores) == set(about.TEXT) - {"loss", "perplexity"}
    for name, one in FOUND.items():
        direct = metrics.text_scores({name: [answer.text for answer in one.answers]}, EXPECTED)[name]
        means = {
            score: each.mean() if isinstance(each, numpy.ndarray) else each.score() for score, each in direct.items()
        }
        assert {score: scores[score].values[name] for score in scores} == pytest.approx(means)
    assert scores["exact_match"].values["base"] == 0.5 and scores["exact_match"].values["tuned"] == 0.8
    for name in ("rouge1", "bleu", "chrf", "token_f1"):
        assert scores[name].interval.low > 0 and scores[name].p_value < 0.01


def test_the_verdict_follows_from_the_loss() -> None:
    sums, tokens = {name: one.losses for name, one in FOUND.items()}, FOUND["base"].tokens
    scores, draws = table.losses(sums, tokens, WEIGHTS)
    verdict = free_text.verdict(FOUND["base"], FOUND["tuned"], scores["loss"], draws)
    assert verdict["result"] == "better" and (verdict["gained"], verdict["lost"]) == (40, 0)
    assert "examples in its prompt" not in verdict["sentence"] and 0 < verdict["detectable"] < 0.2
    scores["loss"].values["few_shot"] = 0.9
    assert "its loss is 0.90" in free_text.verdict(FOUND["base"], FOUND["tuned"], scores["loss"], draws)["sentence"]
