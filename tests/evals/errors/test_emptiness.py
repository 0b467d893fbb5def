from ft_core.evals.errors.emptiness import EMPTY
from tests.evals.errors.made import checked, right


def test_nothing_and_punctuation_alone_are_empty():
    assert set(checked(EMPTY, ["", " \n", "...", "。", "\u200b", "yes", "👍", "+", "0"])) == {0, 1, 2, 3, 4}


def test_nothing_is_right_where_the_right_answer_is_nothing():
    assert checked(EMPTY, ["", "..."], expected=["", "fine"]) == {1: "nothing"}
    assert right(EMPTY, ["", "fine"]) == {0: "nothing"}
