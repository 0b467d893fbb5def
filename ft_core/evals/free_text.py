"""Evaluation where the answer is a text: scores, verdict and notes.

`found` are the contestants by name: base, tuned, and few_shot where there is one; n examples, in the same order everywhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from ft_core.evals import compare, metrics, table
from ft_core.evals.answers import Contestant
from ft_core.evals.table import Scored
from ft_core.settings.example import Example

HEADLINE = "loss"


def scored(examples: Sequence[Example], found: Mapping[str, Contestant], weights: numpy.ndarray) -> dict[str, Scored]:
    """Every score but the loss."""
    expected = [example.answer for example in examples]
    answers = {name: [answer.text for answer in one.answers] for name, one in found.items()}
    each = metrics.text_scores(answers, expected)
    scores = {"exact_match": table.shares({name: one["exact_match"] == 1 for name, one in each.items()})}
    for score in ("token_f1", "rouge1", "rouge2", "rougeL"):
        scores[score] = table.means({name: one[score] for name, one in each.items()}, weights)
    for score in ("bleu", "chrf"):
        change = each["tuned"][score].draws(weights) - each["base"][score].draws(weights)
        scores[score] = table.drawn({name: one[score].score() for name, one in each.items()}, change, weights)
    return scores


def verdict(base: Contestant, tuned: Contestant, loss: Scored, draws: numpy.ndarray) -> dict[str, Any]:
    """By the loss of the right answers, whose difference in each bootstrap sample is `draws`; keys as `classification.verdict` has them."""
    outcome = compare.result(loss.interval, "lower", loss.p_value)
    sentence = compare.loss_sentence(outcome, base.loss, tuned.loss, len(base.losses), loss.interval)
    prompted = loss.values.get("few_shot")
    if prompted is not None and prompted <= tuned.loss:
        sentence += compare.prompting_sentence(f"its loss is {prompted:.2f}")
    return {
        "result": outcome,
        "sentence": sentence,
        **signs(base.losses / base.tokens, tuned.losses / tuned.tokens, draws),
    }


def signs(base: numpy.ndarray, tuned: numpy.ndarray, draws: numpy.ndarray) -> dict[str, Any]:
    """What goes with a verdict on losses, float64 [n] of each contestant: {"detectable", "detectable_unit", "p_value", "test", "gained", "lost"}."""
    gained, lost = int((tuned < base).sum()), int((tuned > base).sum())
    return {
        "detectable": compare.smallest_detectable(draws),
        "detectable_unit": "nats per token",
        "p_value": compare.bootstrap_p(draws),
        "test": "bootstrap test",
        "gained": gained,
        "lost": lost,
    }


def notes() -> list[str]:
    """What one has to know to read the scores."""
    return [
        "The verdict rests on the loss of the right answers: the other scores do not know a good answer in other words.",
    ]
