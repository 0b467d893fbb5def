import pytest

from ft_core.data.verdict import verdict
from ft_core.settings.example import Example, Message
from tests.data.made import pairs


def labelled(**counts):
    return pairs(*(("text", label) for label, many in counts.items() for _ in range(many)))


@pytest.mark.parametrize(
    ("each", "level"),
    [(9, "too few"), (10, "a start"), (49, "a start"), (50, "enough"), (999, "enough"), (1000, "plenty")],
)
def test_labels_are_judged_by_the_examples_of_each(each, level):
    found = verdict(labelled(a=each, b=each), "classification")
    assert found.level == level and found.have == 2 * each and found.sentence.startswith(level.capitalize() + ": ")
    assert f"2 labels, the rarest with {each:,}" in found.sentence


def test_a_rare_label_holds_the_verdict_back_by_all_but_one_level():
    found = verdict(labelled(a=2000, b=2000, c=4), "classification")
    assert found.level == "a start" and found.next == "Collect about 46 of `c`."
    many = labelled(a=1, b=2, c=3, d=4, e=900, f=900, g=900, h=900, i=900)
    assert (
        verdict(many, "classification").next
        == "Collect about 49 of `a`, 48 of `b`, 47 of `c` and some of 1 other labels."
    )


@pytest.mark.parametrize(("count", "level"), [(49, "too few"), (50, "a start"), (1000, "enough"), (6000, "plenty")])
def test_texts_are_judged_by_their_number(count, level):
    found = verdict(pairs(*[("q", "a")] * count), "instruction")
    assert found.level == level and found.usual == (50, 1000, 6000)
    assert ("Add about 1 good ones" in found.next) == (level == "too few")


def test_conversations_need_some_of_several_turns():
    turn = (Message("user", "q"), Message("assistant", "a"))
    single, several = Example(1, turn), Example(2, turn * 2)
    assert verdict([single] * 100 + [several] * 10, "chat").next.startswith(
        "Add about 20 conversations of several turns"
    )
    assert "several turns" not in verdict([single] * 100 + [several] * 30, "chat").next


def test_nothing_is_too_little():
    for task in ("classification", "instruction", "chat"):
        assert verdict([], task).level == "too few"
