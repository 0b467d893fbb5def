"""What there is to judge."""

import pytest

from ft_core.evals.judging.pairs import identical, pairs
from tests.evals.judging.made import row


def test_identical_answers_are_left_out_and_counted_and_an_empty_one_stays():
    made = [row(1, "yes", "no"), row(2, "yes", " yes\n"), row(3, "", "no"), row(4, "", "  ")]
    assert [pair.row for pair in pairs(made)] == [1, 3] and identical(made) == 2
    assert (pairs(made)[0].base, pairs(made)[0].tuned, pairs(made)[0].expected) == ("yes", "no", "good")


def test_a_row_that_stands_twice_is_judged_once():
    assert len(pairs([row(1, "a", "b"), row(1, "a", "b")])) == 1
    assert len(pairs([row(1, "a", "b"), row(2, "a", "b")])) == 2


@pytest.mark.parametrize("base", [None, 3, ["a"]])
def test_what_is_no_text_is_no_answer(base):
    assert pairs([row(1, base, "b")]) == [] and identical([row(1, base, "b")]) == 0


def test_other_texts_or_another_order_are_another_pair():
    first = pairs([row(1, "a", "b")])[0].id
    others = [row(1, "b", "a"), row(1, "a", "b "), row(2, "a", "b"), row(1, "a", "b", prompt="other")]
    assert first not in {pairs([other])[0].id for other in others} and len(first) == 16
    assert pairs([row(1, "a", "b", part="faq")])[0].id != first


def test_rows_of_any_kind_are_read():
    (pair,) = pairs([row(1, "\ud800", "b", expected=None, part=None)])
    assert (pair.expected, pair.part, pair.generated) == ("", "", False)
    assert pairs([row(1, "a", "b", expected=7, generated=True)])[0].generated
