import pytest

from ft_core.data.read.records import fits, has_header, table_of_records
from ft_core.data.read.refusals import MAX_COLUMNS, MAX_TEXT
from ft_core.errors import FTError
from tests.data.made import rows


def test_records_become_columns_and_the_others_are_listed():
    table = table_of_records([["a", "b"], ["1", "2"], ["3"], ["4", "5", ""], ["6", "7", "8"]], "csv", "utf-8")
    assert rows(table) == [{"a": "1", "b": "2"}, {"a": "4", "b": "5"}]
    assert table.numbers == [1, 3]
    assert table.bad_rows == [(2, "1 field instead of 2"), (4, "3 fields instead of 2")]
    assert len(table_of_records([], "csv", "utf-8")) == 0


def test_too_many_columns_and_too_long_texts():
    with pytest.raises(FTError) as caught:
        table_of_records([["x"] * (MAX_COLUMNS + 1)], "csv", None)
    assert caught.value.code == "data.too_large" and "1,001" in caught.value.why
    table = table_of_records([["a", "b"], ["x" * (MAX_TEXT + 1), "1"], ["y", "2"]], "csv", None)
    assert rows(table) == [{"a": "y", "b": "2"}] and "5,000,001 characters" in table.bad_rows[0][1]


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        (["text", "spam"], True),
        (["hello", "spam"], False),
        (["hello", "kind"], True),
        (["x" * 201, "kind"], False),
        (["same", "same"], True),
    ],
)
def test_what_makes_a_header(first, wanted):
    assert has_header([first, ["one", "spam"], ["two", "ham"], ["three", "spam"]]) == wanted


def test_a_number_above_numbers_is_no_header():
    assert not has_header([["What is 1 + 1?", "2"], ["And 2 + 2?", "4"]])
    assert has_header([["question", "2024"], ["And 2 + 2?", "four"], ["Else?", "4"]])


def test_further_fields_may_be_empty():
    assert fits(["a", "b", ""], 2) and not fits(["a", "b", "c"], 2) and not fits(["a"], 2)


def test_column_names_are_made_unique():
    assert table_of_records([["a", "a", "", "a_2"], ["1", "2", "3", "4"]], "csv", None).columns == [
        "a",
        "a_2",
        "column_3",
        "a_2_4",
    ]
