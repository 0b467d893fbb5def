import numpy
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from ft_core.data.vocabulary import words
from ft_core.evals.errors.material import Material
from ft_core.evals.errors.topic import OFF_TOPIC, weights
from tests.evals.errors.made import checked, right
from tests.evals.errors.planted import plant


@pytest.fixture(scope="module")
def rows():
    return plant(120, docs=False).rows


def test_answers_to_other_questions_are_found_and_own_ones_are_not(rows):
    prompts, expected = [row["prompt"] for row in rows], [row["expected"] for row in rows]
    good = [row["base"] for row in rows]
    found = checked(OFF_TOPIC, good[60:] + good[:60], expected=expected, prompts=prompts)
    able = [place for place, text in enumerate(good[60:] + good[:60]) if len(text.split()) >= 8]
    assert len(set(found) & set(able)) >= 0.85 * len(able)
    assert len(checked(OFF_TOPIC, good, expected=expected, prompts=prompts)) <= 0.03 * len(rows)
    assert "other prompts are nearer to it" in next(iter(found.values()))


def test_short_answers_and_those_without_a_topic_are_left_alone(rows):
    prompts, expected = [row["prompt"] for row in rows], [row["expected"] for row in rows]
    strange = ["zzz qqq xxx vvv kkk jjj"] * len(rows)
    assert len(checked(OFF_TOPIC, strange, expected=expected, prompts=prompts)) == len(rows)
    assert (
        checked(OFF_TOPIC, strange, expected=expected, prompts=prompts, silent=range(60), foreign=range(60, 120)) == {}
    )
    assert checked(OFF_TOPIC, ["zzz qqq"] * len(rows), expected=expected, prompts=prompts) == {}


def test_one_right_answer_for_many_prompts_is_on_topic():
    prompts = [f"Please tell me about order number {n} of {n} May and what became of it" for n in range(40)]
    expected = [
        "Thank you for asking, we will answer within a day." if n % 2 else f"Order {n} is on its way to you."
        for n in range(40)
    ]
    assert checked(OFF_TOPIC, expected, expected=expected, prompts=prompts) == {}


def test_right_answers_are_measured_by_the_prompts_alone(rows):
    found = right(OFF_TOPIC, [row["expected"] for row in rows], [row["prompt"] for row in rows])
    assert 0 < len(found) < len(rows)


def test_the_weights_are_those_of_scikit_learn(rows):
    texts = [row["expected"] for row in rows]
    material = Material([], texts, [])
    ours = weights(material, texts[:80])(texts[60:]).toarray()
    spaced = [" ".join(words(text)) for text in texts]
    theirs = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit(spaced[:80]).transform(spaced[60:]).toarray()
    assert ours.shape == theirs.shape and numpy.abs(ours - theirs).max() < 1e-6


def test_few_rows_cannot_be_told():
    assert OFF_TOPIC.unable(Material(["a"] * 19, ["b"] * 19, [])) == "Fewer than 20 rows to compare with."
    assert OFF_TOPIC.unable(Material(["a"] * 20, ["b"] * 20, [])) == ""
