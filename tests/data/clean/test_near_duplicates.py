from ft_core.data.clean import near_duplicates
from tests.data.made import pairs


def test_near_copies_are_found_only_among_equal_answers():
    text = "one two three four five six seven eight nine"
    one = near_duplicates.find(pairs((text + " ten", "a"), (text + " eleven", "a"), (text + " twelve", "b")))
    assert one.places == [1]
    assert one.samples[0][1].startswith("row 1 stays: one two")


def test_the_pairs_are_told_and_are_not_too_many():
    text = "one two three four five six seven eight nine"
    found = near_duplicates.find(pairs(*((f"{text} {number}", "a") for number in range(40))))
    assert len(found.places) == 39 and len(found.pairs) == 20
    assert found.pairs[0] == (2, 1, 0.818)


def test_long_answers_may_differ_in_a_few_words_and_short_ones_not_at_all():
    question = "how do I send a parcel back to you in time"
    long = "open the page of your orders, choose the parcel and press the button that says return; a label is printed"
    asked = [(question, long), (question + " please", long + " now"), ("is it raining", long), (question, long[:60])]
    assert near_duplicates.find(pairs(*asked)).places == [1]
    assert near_duplicates.find(pairs((question, "in 14 days"), (question, "in 15 days"))).places == []


def test_a_text_that_is_only_continued_is_compared_by_itself():
    text = "it was a dark and stormy night and the rain fell in torrents all over the quiet little town"
    assert near_duplicates.find(pairs(("", text), ("", text + " again"), ("", "b" * 70))).places == [1]
