from ft_core.data.clean import near_duplicates
from tests.data.made import pairs


def test_near_copies_are_found_only_among_equal_answers():
    text = "one two three four five six seven eight nine"
    one = near_duplicates.find(pairs((text + " ten", "a"), (text + " eleven", "a"), (text + " twelve", "b")))
    assert one.places == [1]
    assert one.samples[0][1].startswith("row 1 stays: one two")
