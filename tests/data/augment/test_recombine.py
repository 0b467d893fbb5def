import random

from ft_core.data.augment.recombine import can, recombine


def test_whole_sentences_of_both():
    first, second = "Hello team\nMy card was charged twice. Why?", "I paid. The bill is wrong. Thanks, Tom"
    for seed in range(20):
        text = recombine(first, second, random.Random(seed))
        assert text.startswith("Hello team. ") and text.endswith("Thanks, Tom")
        middle = text.removeprefix("Hello team. ").removesuffix("Thanks, Tom").strip()
        assert middle in (
            "",
            "My card was charged twice.",
            "The bill is wrong.",
            "My card was charged twice. The bill is wrong.",
        )


def test_one_sentence_cannot_be_taken_apart():
    assert can("One. Two.") and not can("Only one sentence here.") and not can("")
