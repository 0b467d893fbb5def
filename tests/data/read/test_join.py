import pytest

from ft_core.data.read.join import join, splits_of
from ft_core.data.table import table_of
from tests.data.made import rows


def made(*found, bad=(), kind="csv"):
    return table_of(enumerate(found, start=1), list(bad), kind, "utf-8")


def test_columns_are_joined_by_name_and_numbers_run_on():
    one = made({"a": "1", "b": "2"}, {"a": "3", "b": "4"}, bad=[(3, "broken")])
    two = made({"b": "5", "c": "6"}, kind="jsonl")
    table = join([("one.csv", one), ("two.jsonl", two)])
    assert rows(table) == [
        {"a": "1", "b": "2", "c": ""},
        {"a": "3", "b": "4", "c": ""},
        {"a": "", "b": "5", "c": "6"},
    ]
    assert table.numbers == [1, 2, 4] and table.bad_rows == [(3, "one.csv, row 3: broken")]
    assert table.notes == ("Rows 1 to 3 are those of one.csv.", "Rows 4 to 4 are those of two.jsonl.")
    assert (table.format, table.encoding) == ("csv, jsonl", "utf-8")


def test_one_table_stays_as_it_is():
    one = made({"a": "1"})
    assert join([("train.csv", one)]) is one


def test_files_called_after_splits_give_a_column():
    table = join([("test.csv", made({"a": "1"})), ("train.csv", made({"a": "2"}, {"a": "3"}))])
    assert table.cells["split"] == ["test", "train", "train"]
    kept = join([("test.csv", made({"split": "x"})), ("train.csv", made({"split": "y"}))])
    assert kept.cells["split"] == ["x", "y"]


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (["train.csv", "test.csv"], ["train", "test"]),
        (
            ["Train-00000-of-2.parquet", "train-00001-of-2.parquet", "validation.parquet"],
            ["train", "train", "validation"],
        ),
        (["train_sft--00000.parquet", "test_sft--00000.jsonl"], ["train_sft", "test_sft"]),
        (["train.csv", "training.jsonl.gz"], ["train", "training"]),
        (["train-1.csv", "train-2.csv"], None),
        (["trains.csv", "test.csv"], None),
        (["train.csv", "tickets.csv"], None),
    ],
)
def test_the_names_that_name_splits(names, splits):
    assert splits_of(names) == splits


def test_a_folder_does_not_hide_what_a_file_is_called_after():
    assert splits_of(["data/train.csv", "data\\test.csv"]) == ["train", "test"]
