import random

from ft_core.data.augment.repeats import Repeats
from ft_core.data.similar import THRESHOLD, similarity, word_set


def test_the_same_nearly_the_same_and_new():
    there = Repeats(["where is my parcel from last week please", "I cannot log in"])
    assert there.find("Where is my parcel, from last week, please?") == 0
    assert there.find("where is my parcel from last week now") is None  # 7 of 9 words
    assert there.find("i cannot log in") == 1 and there.find("how do I pay") is None
    there.add("how do I pay")
    assert there.find("How do I pay?") == 2


def test_it_finds_what_comparing_all_pairs_finds():
    chance = random.Random(5)
    words = [f"w{number}" for number in range(40)]
    texts = [" ".join(chance.sample(words, chance.randint(1, 12))) for _ in range(400)]
    texts += [" ".join([*text.split()[:-1], chance.choice([*words, "new"])]) for text in texts]
    chance.shuffle(texts)
    there = Repeats(texts[:300])
    met = 0
    for number, text in enumerate(texts[300:], start=300):
        near = [place for place in range(number) if similarity(word_set(texts[place]), word_set(text)) >= THRESHOLD]
        assert there.find(text) == (near[0] if near else None)
        met += bool(near)
        there.add(text)
    assert met > 50


def test_texts_without_words_and_nothing_at_all():
    assert Repeats([]).find("") is None and Repeats(["?!"]).find("?!") == 0 and Repeats(["?!"]).find("...") is None
