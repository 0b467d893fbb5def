import pytest

from ft_core.data import rare_labels
from ft_core.data.rare_labels import RareLabel
from tests.data.made import pairs

SPLITS = ["train", "validation", "test"]


def examples(*labels):
    return pairs(*(("x", label) for label in labels))


def likely(label, *frequent):
    data = examples(label, *[other for other in frequent for _ in range(3)])
    return rare_labels.find(data, 3)[0].likely


@pytest.mark.parametrize(
    ("label", "frequent"),
    [
        ("delivry", "delivery"),
        ("Delivery!", "delivery"),
        ("delievry", "delivery"),
        ("technical problm", "technical problem"),
        ("retrun", "return"),
        ("spm", "spam"),
    ],
)
def test_a_misspelt_label_finds_the_frequent_one(label, frequent):
    assert likely(label, "account", frequent, "billing") == frequent


@pytest.mark.parametrize(
    ("label", "frequent"),
    [
        ("zebra", "delivery"),
        ("negative", "positive"),
        ("invalid", "valid"),
        ("level 1", "level 3"),
        ("", "a"),
        ("2", "3"),
    ],
)
def test_another_word_is_no_misspelling(label, frequent):
    assert likely(label, frequent) is None


def test_only_labels_with_fewer_than_needed_are_rare_and_likely_ones_come_first():
    data = examples("a zebra", "delivry", *["delivery"] * 3, "a zebra", *["billing"] * 3)
    expected = [RareLabel("delivry", [2], "delivery"), RareLabel("a zebra", [1, 6], None)]
    assert rare_labels.find(data, 3) == expected
    assert rare_labels.find(data, 2) == expected[:1] and rare_labels.find(data, 1) == []


def test_the_words_name_counts_rows_and_spellings():
    rare = [RareLabel("delivry", [2], "delivery"), RareLabel("zebra", [1, 6], None)]
    assert rare_labels.why(rare, SPLITS) == (
        "Every label needs 3 examples, one for each split (train, validation, test). "
        "`delivry` has 1 (row 2); `zebra` has 2 (rows 1, 6)."
    )
    assert rare_labels.fix(rare) == (
        "Correct these rows in the file: `delivry` is probably `delivery`. "
        "Rename the other labels, or add examples of them."
    )
    assert rare_labels.fix(rare[:1]).endswith("`delivry` is probably `delivery`.")
    assert "rename the label to another one" in rare_labels.fix(rare[1:])
    assert "the empty label has 1 (row 3)" in rare_labels.why([RareLabel(" ", [3], None)], SPLITS)


def test_many_rare_labels_stay_short_and_hint_at_the_task():
    data = examples(*[f"A long answer of its own kind {n}, " + "with many words " * 20 for n in range(3000)])
    rare = rare_labels.find(data, 3)
    why, fix = rare_labels.why(rare, SPLITS), rare_labels.fix(rare)
    assert len(rare) == 3000 and why.endswith("; and 2,995 more.") and len(why) < 500
    assert fix.startswith("Set Task to instruction if these are texts and not labels; else correct") and len(fix) < 250
