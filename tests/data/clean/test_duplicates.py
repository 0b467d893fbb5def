from ft_core.data.clean import duplicates
from tests.data.made import pairs


def test_a_copy_names_the_row_that_stays():
    one = duplicates.find(pairs(("My parcel", "a"), ("other", "a"), ("my  PARCEL", "A"), ("my parcel", "b")))
    assert one.places == [2] and one.samples == [("my  PARCEL", "the same as row 1")]
