from ft_core.data.read.refusals import MAX_BYTES, MAX_UNPACKED, empty, unreadable


def test_a_refusal_names_the_file_and_what_to_do():
    assert (empty("a.csv", "It has 0 bytes.").code, empty("a.csv", "").what) == ("data.empty", "a.csv is empty.")
    assert unreadable("a.csv", "Row 3 is broken.").why == "Row 3 is broken."
    assert MAX_UNPACKED > MAX_BYTES
