"""Runs of characters against sacrebleu's own counting."""

import random

from sacrebleu.metrics.chrf import CHRF

from ft_core.evals.metrics.characters import run_counts


def test_the_counts_are_those_of_sacrebleu() -> None:
    chance, metric = random.Random(3), CHRF()
    texts = ["".join(chance.choices("aab c лис\U0001f600", k=chance.randint(0, 30))) for _ in range(60)]
    for place in range(0, 60, 4):
        reference, *answers = [*texts[place : place + 4], "", "ab"]
        expected = [metric._extract_corpus_statistics([answer], [[reference]])[0] for answer in answers]
        assert run_counts(answers, reference, 6).tolist() == expected
    assert run_counts([""], "", 6).tolist() == [[0] * 18]
