"""Scores of texts against SQuAD's script (as lm-evaluation-harness keeps it), rouge_score and sacrebleu."""

import random

import pytest
import sacrebleu
from lm_eval.tasks.qasper.metrics import f1_abstractive, normalize_answer
from rouge_score.rouge_scorer import RougeScorer

from ft_core.evals import compare, metrics
from ft_core.evals.metrics.texts import longest_common, squad_words

SENTENCE = "the quick brown fox, jumps over a lazy dog. An order of 12 dollars (and 50 cents) isn't late - is it?"
WORDS = SENTENCE.split(" ")


def _texts(seed: int, total: int = 80) -> tuple[list[str], list[str]]:
    """Answers and expected texts that share some words."""
    chance = random.Random(seed)
    pairs = [[" ".join(chance.choices(WORDS, k=chance.randint(1, 25))) for _ in range(2)] for _ in range(total)]
    return [one for one, _ in pairs], [other if n % 5 else one.upper() for n, (one, other) in enumerate(pairs)]


@pytest.mark.parametrize("seed", range(3))
def test_words_are_compared_as_squad_does(seed: int) -> None:
    answers, expected = _texts(seed)
    for answer, reference in zip(answers, expected, strict=True):
        assert " ".join(squad_words(answer)) == normalize_answer(answer)
        assert metrics.exact_match(answer, reference) == float(normalize_answer(answer) == normalize_answer(reference))
        if squad_words(answer) and squad_words(reference):
            assert metrics.token_f1(answer, reference) == pytest.approx(
                f1_abstractive([answer], [reference]), abs=1e-12
            )
    assert 0 < sum(map(metrics.exact_match, answers, expected)) < len(answers)


@pytest.mark.parametrize(
    ("prediction", "reference", "f1"),
    [
        ("the red fox", "the red fox", 1.0),
        ("The red fox.", "a RED fox", 1.0),
        ("x b", "b c", 0.5),
        ("b b b", "b", 0.5),
        ("лиса и волк", "волк и лиса", 1.0),
        ("x", "y", 0.0),
        ("", "word", 0.0),
        ("!", "?", 1.0),
    ],
)
def test_token_f1(prediction: str, reference: str, f1: float) -> None:
    assert metrics.token_f1(prediction, reference) == pytest.approx(f1)


@pytest.mark.parametrize("seed", range(3))
def test_rouge_bleu_and_chrf_are_those_of_their_libraries(seed: int) -> None:
    answers, expected = _texts(seed)
    found = metrics.text_scores({"other": expected, "one": answers}, expected)["one"]
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"])
    each = [scorer.score(reference, answer) for answer, reference in zip(answers, expected, strict=True)]
    for name in ("rouge1", "rouge2", "rougeL"):
        assert found[name] == pytest.approx([one[name].fmeasure for one in each], abs=1e-12)
    assert found["bleu"].score() == pytest.approx(sacrebleu.corpus_bleu(answers, [expected]).score, abs=1e-9)
    assert found["chrf"].score() == pytest.approx(sacrebleu.corpus_chrf(answers, [expected]).score, abs=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "length"), [("a b c d", "b x d", 2), ("", "a", 0), ("a a a", "a a", 2), ("a b", "b a", 1)]
)
def test_the_longest_common_row_of_words(first: str, second: str, length: int) -> None:
    assert longest_common(first.split(), second.split()) == longest_common(second.split(), first.split()) == length


def test_a_sample_of_answers_is_scored_from_the_counts_as_if_it_were_counted_anew() -> None:
    answers, expected = _texts(7, 30)
    weights = compare.resampled(30)[:5]
    draws = metrics.text_scores({"one": answers}, expected)["one"]["bleu"].draws(weights)
    for weight, draw in zip(weights, draws, strict=True):
        places = [place for place, times in enumerate(weight) for _ in range(int(times))]
        sample = sacrebleu.corpus_bleu([answers[i] for i in places], [[expected[i] for i in places]])
        assert draw == pytest.approx(sample.score, abs=1e-9)


def test_words_of_other_scripts_count() -> None:
    russian = ["лиса и волк идут в лес"]
    assert metrics.text_scores({"one": russian}, russian)["one"]["rouge1"].tolist() == [1.0]


def test_empty_answers_score_zero_and_break_nothing() -> None:
    found = metrics.text_scores({"one": ["", ""]}, ["a word", "another word"])["one"]
    assert [found[name].score() for name in ("bleu", "chrf")] == [0, 0]
    assert all(not found[name].any() for name in ("exact_match", "token_f1", "rouge1", "rouge2", "rougeL"))
