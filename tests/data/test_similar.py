import random

from ft_core.data.similar import copies, near_duplicate_groups, similarity, word_set


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
