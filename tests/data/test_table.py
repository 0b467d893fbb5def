import pytest

from ft_core.data.read.refusals import MAX_COLUMNS, MAX_TEXT
from ft_core.data.table import Table, clean_cell, table_of, value_of, with_notes
from ft_core.errors import FTError
from tests.data.made import rows


def test_rows_that_lack_keys_get_empty_cells():
    table = table_of([(1, {"a": "x"}), (3, {"b": 2}), (4, {"a": None, "b": True})], [(2, "broken")], "jsonl", "utf-8")
    assert table.columns == ["a", "b"] and table.numbers == [1, 3, 4] and len(table) == 3
    assert rows(table) == [{"a": "x", "b": ""}, {"a": "", "b": "2"}, {"a": "", "b": "true"}]


def test_named_columns_are_there_without_rows():
    table = table_of([], [(1, "broken")], "csv", "utf-8", columns=["a", "b"])
    assert table.columns == ["a", "b"] and len(table) == 0 and table.numbers == []
    assert len(Table({}, "csv", None, [], [])) == 0


@pytest.mark.parametrize(
    ("given", "held"),
    [(None, ""), (float("nan"), ""), ("x\ud800", "x\ufffd"), (b"ab", "ab"), ({"k": (1, None)}, {"k": ["1", ""]})],
)
def test_cells_are_text_or_lists_and_dicts_of_it(given, held):
    assert clean_cell(given) == held


def test_what_no_table_of_examples_has_is_refused_or_listed():
    with pytest.raises(FTError) as caught:
        table_of([(n, {f"k{n}": "x"}) for n in range(MAX_COLUMNS + 1)], [], "json", None)
    assert caught.value.code == "data.too_large" and "columns" in caught.value.what
    table = table_of([(1, {"a": "x" * (MAX_TEXT + 1)}), (2, {"a": "y"})], [(3, "broken")], "json", None)
    assert rows(table) == [{"a": "y"}] and [number for number, _ in table.bad_rows] == [1, 3]


def test_cells_that_are_nearly_all_missing_are_refused(monkeypatch):
    monkeypatch.setattr("ft_core.data.table.MAX_CELLS", 1000)
    with pytest.raises(FTError, match="too many cells"):
        table_of([(n, {f"k{n}": "x"}) for n in range(50)], [], "json", None)


def test_more_rows_than_are_read_are_refused(monkeypatch):
    monkeypatch.setattr("ft_core.data.table.MAX_ROWS", 2)
    assert len(table_of([(1, {"a": "x"}), (2, {"a": "y"})], [], "json", None)) == 2
    with pytest.raises(FTError, match="too many rows"):
        table_of([(n, {"a": "x"}) for n in range(1, 4)], [], "json", None)


def test_notes_are_added():
    assert with_notes(with_notes(table_of([], [], "csv", None), "one"), "two").notes == ("one", "two")


def test_values_of_a_file_that_tells_them_from_text_can_be_had_back():
    given = {"days": 2, "rate": 0.5, "detailed": True, "unit": None, "note": "3", "list": [False, "true"]}
    held = clean_cell(given)
    assert held == {"days": "2", "rate": "0.5", "detailed": "true", "unit": "", "note": "3", "list": ["false", "true"]}
    assert value_of(held) == given
