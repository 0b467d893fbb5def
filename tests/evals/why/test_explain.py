"""What one answer leaned on, of a model whose answers are known to depend on one word."""

import json

import pytest

from ft_core import modeling
from ft_core.errors import FTError
from ft_core.evals.rows import read_answers
from ft_core.evals.why.explain import explain, sentence
from tests.helpers import THINGS


def named(message: str) -> str:
    """The thing that a message names, on which alone its label depends."""
    return next(thing for things in THINGS.values() for thing in things if f" {thing} " in message)


def test_the_word_that_the_label_depends_on_is_what_the_answer_leaned_on(told_apart):
    rows = [row for row in read_answers(told_apart) if row["tuned_correct"] and row["tuned_written"]]
    pair, hits, asked = modeling.load_run_model(told_apart), 0, 0
    for row in rows[:16]:
        found = explain(told_apart, pair, row["row"])
        json.dumps(found, allow_nan=False)
        tuned = found["tuned"]
        assert "".join(text for text, _ in tuned["words"]) == row["prompt"] == found["prompt"]
        assert tuned["gap"] <= 0.1 * max(1, abs(tuned["change"])), "completeness"
        assert sum(value for _, value in tuned["words"]) == pytest.approx(tuned["change"], abs=tuned["gap"] + 1e-6)
        assert len(found["tokens"]) >= 2 and {row["layer"] for row in found["layers"]} == {None, 0, 1}
        if tuned["change"] > 1:  # one of the three labels is what it says to blanks
            asked += 1
            heaviest = max(tuned["words"], key=lambda one: one[1])[0].strip()
            hits += heaviest in named(row["prompt"])
            assert f"“{heaviest}”" in found["sentence"]
    assert asked >= 6 and hits > 0.7 * asked, "by chance it would be one word of six"


def test_what_cannot_be_explained_is_refused(told_apart):
    pair = modeling.load_run_model(told_apart)
    with pytest.raises(FTError) as caught:
        explain(told_apart, pair, 10_000)
    assert caught.value.code == "why.none"
    (told_apart.evaluation / "answers.jsonl").replace(told_apart.evaluation / "kept.jsonl")
    try:
        with pytest.raises(FTError) as caught:
            explain(told_apart, pair, 1)
    finally:
        (told_apart.evaluation / "kept.jsonl").replace(told_apart.evaluation / "answers.jsonl")
    assert caught.value.code == "why.none"


def test_a_message_that_hardly_matters_is_called_so():
    words = [["My ", 0.01], ["card", 0.02]]
    assert "hardly mattered" in sentence({"words": words, "change": 0.03, "gap": 0.0})
    words = [["a", 0.5], [" b", 2.0], [" c", -1.0], [" d", 1.0], [" e", 0.1]]
    assert "spoke against" in sentence({"words": words, "change": -5.0, "gap": 0.0})
    assert "hardly mattered" in sentence({"words": [["a ", -0.1], [" ", 0.5]], "change": 0.4, "gap": 0.0})
    light = [["a", 0.07], ["b", 0.05]]
    assert (
        "No single word mattered" in (said := sentence({"words": light, "change": 0.3, "gap": 0.0})) and "35 %" in said
    )
    assert sentence({"words": words, "change": 2.6, "gap": 0.0}) == "The answer leaned most on “b”, “d” and “a”."
