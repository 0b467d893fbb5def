from ft_core.data.clean import near_conflicts
from tests.data.made import pairs

TEXT = "one two three four five six seven eight nine"


def test_nearly_one_text_with_two_labels_is_a_hint_with_its_pair():
    found = near_conflicts.find(pairs((TEXT, "a"), (TEXT + " ten", "b"), (TEXT + " ten", "B"), ("other", "c")))
    assert found.places == [0, 1] and found.changed == {}
    assert found.pairs == [(1, 2, 0.9)]
    assert found.samples == [(f"{TEXT} (a)", f"row 2: {TEXT} ten (b)")]


def test_the_very_same_text_is_left_to_conflicts_and_one_label_is_none():
    assert near_conflicts.find(pairs((TEXT, "a"), (TEXT.upper(), "b"))).places == []
    assert near_conflicts.find(pairs((TEXT, "a"), (TEXT + " ten", "A"))).places == []
