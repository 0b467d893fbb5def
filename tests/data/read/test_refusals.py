from ft_core.data.read.refusals import MAX_BYTES, MAX_JSON, MAX_UNPACKED, empty, megabytes, too_large, unreadable


def test_a_refusal_names_the_file_and_what_to_do():
    assert (empty("a.csv", "It has 0 bytes.").code, empty("a.csv", "").what) == ("data.empty", "a.csv is empty.")
    assert unreadable("a.csv", "Row 3 is broken.").why == "Row 3 is broken."
    assert unreadable("a.csv", "It is damaged.", "Pack it again.").fix == "Pack it again."
    assert too_large("a.csv", "It has 9 GB.").code == "data.too_large"


def test_limits():
    assert MAX_UNPACKED > MAX_BYTES > MAX_JSON and megabytes(MAX_BYTES) == "600 MB"
