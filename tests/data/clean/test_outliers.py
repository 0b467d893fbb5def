from ft_core.data.clean import outliers
from tests.data.made import pairs

USUAL = [("word " * (10 + n % 11), f"answer {n % 7}") for n in range(100)]


def test_rows_far_longer_or_shorter_are_found_and_the_farthest_shown_first():
    one = outliers.step("instruction").find(
        pairs(*USUAL, ("word " * 200, "answer"), ("hm", "answer"), ("word " * 20, "long " * 90))
    )
    assert one.places == [100, 101, 102]
    assert [before.split(":")[0] for before, _ in one.samples] == [
        "answer of 450 characters",
        "prompt of 2 characters",
        "prompt of 1,000 characters",
    ]
    assert one.detail == "Usual here are prompts of 13 to 449 characters and answers of up to 47 characters."


def test_labels_have_no_usual_length():
    assert outliers.step("classification").find(pairs(*USUAL, ("word " * 20, "long " * 90))).places == []


def test_a_second_kind_of_rows_is_no_outlier():
    assert outliers.step("classification").find(pairs(*USUAL, *[("word " * 500, "a")] * 20)).places == []


def test_few_rows_and_blank_texts_say_nothing():
    assert outliers.step("classification").find(pairs(*USUAL[:20], ("word " * 900, "a"))).places == []
    assert outliers.step("instruction").find(pairs(*USUAL, ("", "answer"), ("word " * 12, ""))).places == []
