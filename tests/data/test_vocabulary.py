from ft_core.data import leaks, split_random
from ft_core.data.clean import near_conflicts, near_duplicates
from ft_core.data.vocabulary import Vocabulary, normalise, words
from ft_core.settings.data import SplitSpec
from tests.benchmarks import made_rows
from tests.data.made import pairs


def test_case_and_spaces_are_evened_out_and_scripts_without_spaces_have_pairs():
    assert normalise(" ＡB  Straße\n") == "ab strasse"
    assert words("It's A, b_c!") == ["it", "s", "a", "b_c"] and words(" ?! ") == ["?!"]
    assert words("荷物が 届く") == ["荷物", "物が", "が届", "届く"]


def test_numbers_are_those_of_the_words_in_order():
    vocabulary = Vocabulary()
    members, sizes = vocabulary.of(["b a b", "c A"])
    assert (members.tolist(), sizes.tolist()) == ([0, 1, 0, 2, 1], [3, 2])
    members, sizes = vocabulary.of(["d", "b a b", "c A"])
    assert (members.tolist(), sizes.tolist()) == ([3, 0, 1, 0, 2, 1], [1, 3, 2])
    assert list(vocabulary.numbers) == ["b", "a", "c", "d"]


def test_what_is_found_is_the_same_with_a_vocabulary_that_knows_other_texts_too():
    """The vocabulary of all texts, as cleaning leaves it, for those that are left; misspelt words among them, whose ties order decides."""
    made = [
        (row.text.replace("ou", "uo") if place % 7 == 0 else row.text, row.label)
        for place, row in enumerate(made_rows.make(1500))
    ]
    long = "this answer is the same in many rows and about what was asked and paid for in rows like these"
    answers = [(text, f"{long} {label}" if place % 2 else label) for place, (text, label) in enumerate(made)]
    shared = Vocabulary()
    shared.of(reversed([text for text, _ in made]))
    for examples in (pairs(*made), pairs(*answers), pairs(*made[500:])):
        copies = near_duplicates.find(examples)
        assert copies.places and near_duplicates.find(examples, shared) == copies
        left = [example for place, example in enumerate(examples) if place not in set(copies.places)]
        assert near_conflicts.find(left, shared) == near_conflicts.find(left)
        chosen = split_random.choose(examples, "classification", SplitSpec())
        assert (
            split_random.choose(examples, "classification", SplitSpec(), split_random.together(examples, shared))
            == chosen
        )
        parts = {name: examples[begin::3] for begin, name in enumerate(split_random.SPLITS)}
        assert leaks.find(parts) and leaks.find(parts, shared) == leaks.find(parts)
