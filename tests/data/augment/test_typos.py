import random

from ft_core.data.augment import typos
from ft_core.data.similar import THRESHOLD, similarity, word_set

TEXT = "Hello, my order 49563 from Saturday has not arrived yet. Please write to ann@example.com because Marta is waiting for it."


def varied(text, count=200, keep=()):
    return [typos.vary(text, random.Random(seed), keep) for seed in range(count)]


def test_most_are_no_near_duplicates_and_still_readable():
    texts = varied(TEXT)
    shares = [similarity(word_set(text), word_set(TEXT)) for text in texts]
    assert sum(share < THRESHOLD for share in shares) > 190 and min(shares) > 0.45
    assert all(0.85 * len(TEXT) < len(text) < 1.1 * len(TEXT) for text in texts)


def test_numbers_addresses_names_and_the_words_of_the_answer_stay():
    for text in varied(TEXT, keep={"order", "waiting"}):
        assert "49563" in text and "ann@example.com" in text and "marta" in text.lower()
        assert "order" in text and "waiting" in text


def test_the_same_chance_gives_the_same_text_and_short_texts_do_not_break():
    assert varied(TEXT, 3) == varied(TEXT, 3)
    assert varied("ok", 5) and varied("", 2) == ["", ""] and varied("don't", 5)
