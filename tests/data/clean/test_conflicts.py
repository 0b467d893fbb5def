from ft_core.data.clean import conflicts
from tests.data.made import pairs


def test_every_row_of_a_text_with_two_labels_is_named():
    one = conflicts.find(pairs(("same text", "b"), ("fine", "a"), ("Same  text", "a")))
    assert one.places == [0, 2] and one.samples == [("same text", "a / b")]


def test_two_answers_in_words_are_shown_too():
    found = conflicts.find(pairs(("Is it open?", "Yes, until six."), ("Is it open?", "No idea.")))
    assert found.places == [0, 1] and not conflicts.STEP.labels_only
