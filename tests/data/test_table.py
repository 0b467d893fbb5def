import pytest

from ft_core.data.table import Table, clean_cell, table_of, value_of
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


def test_values_of_a_file_that_tells_them_from_text_can_be_had_back():
    given = {"days": 2, "rate": 0.5, "detailed": True, "unit": None, "note": "3", "list": [False, "true"]}
    held = clean_cell(given)
    assert held == {"days": "2", "rate": "0.5", "detailed": "true", "unit": "", "note": "3", "list": ["false", "true"]}
    assert value_of(held) == given
