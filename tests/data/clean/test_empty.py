from ft_core.data.clean import empty
from tests.data.made import pairs


def test_invisible_characters_are_no_text():
    assert empty.blank("\u200b \ufeff") and not empty.blank(" x ")
    one = empty.find(pairs(("\u200b \ufeff", "a"), ("x", "a"), ("question", " ")))
    assert one.places == [0, 2] and not one.changed
    assert one.samples == [("no prompt: a", ""), ("no answer: question", "")]
