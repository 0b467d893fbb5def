from ft_core.data.clean import label_spelling
from tests.data.made import pairs


def test_the_most_frequent_spelling_wins_and_blank_labels_stay():
    one = label_spelling.find(pairs(("p", "Delivery "), ("q", "delivery"), ("r", "delivery"), ("s", " ")))
    assert one.places == [0] and one.changed[0].answer == "delivery" and one.samples == [("Delivery ", "delivery")]
