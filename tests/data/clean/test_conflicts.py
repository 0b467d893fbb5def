from ft_core.data.clean import conflicts
from tests.data.made import pairs


def test_every_row_of_a_text_with_two_labels_is_named():
    one = conflicts.find(pairs(("same text", "b"), ("fine", "a"), ("Same  text", "a")))
    assert one.places == [0, 2] and one.samples == [("same text", "a / b")]
