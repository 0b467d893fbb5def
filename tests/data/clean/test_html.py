from ft_core.data.clean import html
from tests.data.made import pairs


def test_markup_goes_and_comparisons_stay():
    one = html.find(pairs(("<b>where</b> is it", "x"), ("a < b", "x")))
    assert one.places == [0] and one.changed[0].question == "where is it"
    assert one.samples == [("<b>where</b> is it", "where is it")]
