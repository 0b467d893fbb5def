import numpy
import pytest
from threadpoolctl import threadpool_info

from ft_core.data.vectors import READ, height, looked_at, nearest, one_thread, sample, word_weights
from ft_core.settings.example import Example, Message
from tests.data.made import pairs


def test_a_sample_is_the_same_each_time_and_in_order():
    examples = pairs(*((str(n), "a") for n in range(100)))
    rows = [example.row for example in sample(examples, 10)]
    assert len(set(rows)) == 10 and rows == sorted(rows) == [example.row for example in sample(examples, 10)]
    assert rows != list(range(1, 11)) and sample(examples, 100) == examples


def test_a_prompt_is_compared_and_of_a_text_without_one_the_text():
    assert looked_at(pairs(("a question", "an answer"))[0]) == "a question"
    assert looked_at(Example(1, (Message("system", "be good"), Message("assistant", "a tale")))) == "a tale"


def test_rows_have_length_one_and_rare_words_weigh_more():
    weights, words = word_weights(["the parcel", "the Parcel!", "the invoice", "x" * READ + " unread"])
    assert height(weights) == 4 and "unread" not in words
    assert numpy.asarray(weights.multiply(weights).sum(axis=1)).ravel().tolist() == pytest.approx([1] * 4)
    row = dict(zip((words[index] for index in weights[2].indices), weights[2].data, strict=True))
    assert row["invoice"] > row["the"] > 0


def test_the_nearest_is_another_row():
    weights, _ = word_weights(["a parcel is late", "A parcel is late.", "my invoice", "nothing alike"])
    assert nearest(weights).tolist() == pytest.approx([1, 1, 0, 0])


def test_scripts_without_spaces_and_empty_texts_are_texts_too():
    weights, _ = word_weights(["荷物が届いていません", "荷物が届いてません", "", "!!!"])
    alike = nearest(weights)
    assert alike[0] > 0.5 and alike[2] == alike[3] == 0


def test_one_thread_computes_meanwhile():
    with one_thread():
        assert {pool["num_threads"] for pool in threadpool_info()} == {1}
