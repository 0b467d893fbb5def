from ft_core.evals.errors.length import CUT_OFF, TOO_LONG
from tests.evals.errors.made import checked, right

TEN = "one two three four five six seven eight nine ten"


def test_more_than_twice_as_long_is_too_long():
    found = checked(TOO_LONG, [f"{TEN} {TEN} more", f"{TEN} {TEN}", TEN], expected=TEN)
    assert found == {0: "21 words, the right answer has 10"}


def test_a_few_words_more_than_a_short_answer_are_not_too_long():
    assert checked(TOO_LONG, ["It is Paris, of course.", f"It is Paris. {TEN}"], expected="Paris") == {
        1: "13 words, the right answer has 1"
    }


def test_words_of_another_script_are_not_counted_against_it():
    assert checked(TOO_LONG, ["包裹从昨天起就放在火车站旁边的商店里"], expected="The parcel is in the shop.") == {}


def test_no_right_answer_is_too_long():
    assert right(TOO_LONG, [TEN * 9, ""]) == {}


def test_what_had_not_come_to_its_end_is_cut_off():
    assert checked(CUT_OFF, ["It is we", "It is well."], finished=[False, True]) == {0: "…It is we"}
