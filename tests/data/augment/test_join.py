from dataclasses import replace

from ft_core.data.augment.generated import Generated
from ft_core.data.augment.join import HELD_OUT, OTHER_LABEL, THERE, join
from ft_core.settings.example import Message
from tests.data.made import pairs

ROWS = pairs(
    ("my card was charged twice this month", "billing"),
    ("the parcel never came to my house", "delivery"),
    ("the invoice has a wrong name on it", "billing"),
    ("the courier left it with somebody else", "delivery"),
)
PARTS = {"train": ROWS[:2], "validation": ROWS[2:3], "test": ROWS[3:]}


def row(text, answer="billing", source="my card was charged twice this month", status="accepted") -> Generated:
    return Generated((Message("user", text), Message("assistant", answer)), "typos", (1,), source, (), None, status)


def test_accepted_rows_join_train_alone_and_are_marked():
    new = row("mi crad was chargd twice ths month")
    parts, report = join(
        PARTS, [new, row("a b c", status="pending"), row("d e f", status="rejected")], "classification", "Sort."
    )
    assert parts["train"][:2] == ROWS[:2] and [example.generated for example in parts["train"]] == [False, False, True]
    assert parts["train"][2].messages[0].content == "Sort." and parts["train"][2].row == 1
    assert (parts["validation"], parts["test"]) == (PARTS["validation"], PARTS["test"]) and len(PARTS["train"]) == 2
    assert report == {"pending": 1, "accepted": 1, "rejected": 1, "used": 1, "ways": {"typos": 1}, "left_out": {}}


def test_what_would_give_away_a_held_out_row_is_left_out():
    rows = [
        row("The courier left it with somebody else!"),  # the test row itself
        row("teh curier lft it w sombody", source="the courier left it with somebody else"),  # made from it
        row("well the invoice has a wrong name on it"),
    ]
    parts, report = join(PARTS, rows, "classification", None)
    assert parts["train"] == ROWS[:2] and report["left_out"] == {HELD_OUT: 3} and report["used"] == 0


def test_repeats_and_labels_that_are_not_in_the_data_are_left_out():
    new = row("something that is quite new here")
    rows = [
        row("My card was charged twice this month"),
        new,
        replace(new, how="synonyms"),
        row("also fresh words", "refund"),
    ]
    parts, report = join(PARTS, rows, "classification", None)
    assert report["left_out"] == {THERE: 2, OTHER_LABEL: 1} and report["used"] == 1 and len(parts["train"]) == 3
    assert join(PARTS, rows, "instruction", None)[1]["used"] == 2


def test_no_half_of_a_held_out_row_is_learnt():
    half = row("my card was charged twice this month. it has a wrong name")
    halves = replace(half, how="recombine", rows=(1, 3), others=("the invoice has a wrong name on it",))
    assert join(PARTS, [halves], "classification", None)[1]["left_out"] == {HELD_OUT: 1}
    assert join(PARTS, [half], "classification", None)[1]["used"] == 1


def test_the_tools_of_a_source_stay_with_what_was_made_of_it():
    made = replace(row("mi crad was chargd twice ths month"), tools="[]")
    assert join(PARTS, [made], "classification", None)[0]["train"][-1].tools == "[]"
