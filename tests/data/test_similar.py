import random

import pytest

from ft_core.data import join
from ft_core.data.similar import Copy, across, between, copies, near_duplicate_groups, similarity, word_set


def test_groups_of_texts_that_share_four_of_five_words():
    texts = ["a b c d e", "something else", "a b c d e f", "A, B; c d E!", "a b c x y"]
    assert near_duplicate_groups(texts) == [[0, 2, 3]]
    assert near_duplicate_groups(["one two", "three four"]) == []


def test_a_chain_is_one_group_but_only_the_like_is_a_copy():
    texts = ["a b c d e f g h i", "a b c d e f g h i j k", "b d e f g h i j k c m"]
    assert near_duplicate_groups(texts) == [[0, 1, 2]]
    assert {number: copy.of for number, copy in copies(texts).items()} == {1: 0}


def test_the_same_pairs_as_comparing_all_with_all():
    source = random.Random(0)
    texts = [" ".join(source.choices("abcdefghijkl", k=source.randint(1, 9))) for _ in range(300)]
    sets = [word_set(text) for text in texts]
    group_of = {number: group[0] for group in near_duplicate_groups(texts) for number in group}
    for one in range(300):
        for other in range(one):
            if similarity(sets[one], sets[other]) >= 0.8:
                assert group_of[one] == group_of[other]
    assert all(
        any(similarity(sets[number], sets[other]) >= 0.8 for other in range(300) if other != number)
        for number in group_of
    )


def test_scripts_without_spaces_and_texts_without_words():
    assert near_duplicate_groups(
        ["私の荷物がまだ届いていません", "私の荷物がまだ届いていません。", "返金してください"]
    ) == [[0, 1]]
    assert near_duplicate_groups(["!!!", "???", "!!!"]) == [[0, 2]]


def test_a_copy_is_of_the_first_that_stays_and_says_how_similar():
    texts = ["a b c d e f g h i j", "a b c d e f g h i", "x y", "a b c d e f g h i", "y X"]
    found = copies(texts)
    assert {number: copy.of for number, copy in found.items()} == {1: 0, 3: 0, 4: 2}
    assert found[1].similarity == pytest.approx(0.9) and found[4].similarity == 1


def test_groups_and_second_texts_keep_texts_apart():
    texts = ["a b c d e f"] * 4
    assert copies(texts, [0, 1, 0, 1]).keys() == {2, 3}
    long = "this answer is about one thing and this is how it goes on for some time"
    seconds = [long, long.replace("thing", "matter"), "another answer that says something else altogether", long]
    assert copies(texts, seconds=seconds).keys() == {1, 3}
    assert copies(["what is it", "how do you mean that", "x"], seconds=[long, long, ""]) == {}, (
        "one answer, two questions"
    )


def test_a_misspelt_word_counts_as_the_right_one():
    often = [f"has my parcel {number} arrived" for number in range(20)]
    found = copies([*often, "why has it not arrived at home", "why has it not arived at home"])
    assert found == {21: Copy(20, 1.0)}


def test_one_letter_makes_another_word_of_a_short_or_frequent_one():
    texts = [f"number {n} now {n * 7}" for n in range(20)] + [f"charge it {n} {n * 7}" for n in range(20)]
    texts += ["change it please 5 7 9 11 now", "charge it please 5 7 9 11 now"] * 5
    assert copies([*texts[:40], "a not b", "a now b"]) == {}
    assert {copy.of for copy in copies(texts).values()} == {40, 41}


def test_pairs_across_groups_and_between_lists():
    texts = ["a b c d e", "a b c d e f", "a b c d e f", "a b c d e", "q r s"]
    assert across(texts, [0, 1, 1, 0, 1]) == [(0, 1, pytest.approx(5 / 6))]
    assert across(["a b c d", "d c b a"], [0, 1]) == [(0, 1, 1.0)]
    assert between(["a b c d e", "new"], ["x", "A b c d e f", "e d c b a", "e d c b a"]) == {0: Copy(2, 1.0)}
    assert between(["a b c d e"], ["x", "a b c d e f"]) == {0: Copy(1, pytest.approx(5 / 6))}
    assert between([], ["a"]) == between(["a"], []) == {}


def test_copies_in_a_file_made_from_one_pattern(monkeypatch):
    monkeypatch.setattr(join, "_MOST_CANDIDATES", 1000)
    texts = [f"please tell me the price of the new item number {n} today" for n in range(400)]
    assert {copy.of for copy in copies(texts).values()} == {0} and len(copies(texts)) == 399
