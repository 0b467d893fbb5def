from collections import Counter

import pytest

from ft_core.data.balance import balanced, evenness
from tests.data.made import pairs


def labelled(**counts):
    return pairs(*((f"{label} text {n}", label) for label, many in counts.items() for n in range(many)))


def labels(examples):
    return dict(Counter(example.answer for example in examples))


def test_even_labels_need_nothing():
    found = evenness(labelled(b=30, a=90))
    assert list(found.counts.items()) == [("a", 90), ("b", 30)] and found.ratio == 3.0 and found.good
    assert "even enough: `a` has 90 examples and `b` 30" in found.sentence and found.next == "Nothing needs to be done."


def test_uneven_labels_come_with_three_remedies_in_numbers():
    found = evenness(labelled(a=100, b=40, c=4))
    assert not found.good and found.ratio == 25.0 and "25 times as many" in found.sentence
    assert (
        found.collect == {"b": 10, "c": 46}
        and found.added == {"b": 10, "c": 16}
        and found.removed == {"a": 80, "b": 32}
    )
    assert "about 46 more of `c`" in found.next and "about 26 times" in found.next and "about 112 rows" in found.next


def test_what_is_said_is_what_is_done():
    train = labelled(a=100, b=40, c=4)
    said = evenness(train)
    more, fewer = labels(balanced(train, "oversample", 1)), labels(balanced(train, "undersample", 1))
    assert more == {label: have + said.added.get(label, 0) for label, have in said.counts.items()}
    assert fewer == {label: have - said.removed.get(label, 0) for label, have in said.counts.items()}
    assert balanced(train, "keep", 1) == train


def test_no_row_is_repeated_more_than_five_times_and_none_is_lost():
    train = labelled(a=1000, b=3)
    copies = Counter(example.row for example in balanced(train, "oversample", 1) if example.answer == "b")
    assert set(copies.values()) == {5} and len(copies) == 3
    copies = Counter(example.row for example in balanced(labelled(a=100, b=20), "oversample", 1))
    assert sorted(set(copies.values())) == [1, 2, 3] and len(copies) == 120


def test_at_least_a_fifth_of_a_frequent_label_stays():
    assert labels(balanced(labelled(a=1000, b=3), "undersample", 1)) == {"a": 200, "b": 3}


@pytest.mark.parametrize("treatment", ["oversample", "undersample"])
def test_the_same_seed_chooses_the_same_rows_in_their_order(treatment):
    train = labelled(a=101, b=21)
    first = balanced(train, treatment, 7)
    rows = [example.row for example in first]
    assert first == balanced(train, treatment, 7) and rows == sorted(rows)
    assert first != balanced(train, treatment, 8)


def test_one_label_is_nothing_to_learn_and_no_rows_are_no_rows():
    found = evenness(labelled(a=5))
    assert (
        not found.good and "nothing to tell apart" in found.sentence and found.next == "Add rows of the other labels."
    )
    assert balanced([], "oversample", 1) == balanced([], "undersample", 1) == []
