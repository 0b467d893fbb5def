import pytest

from ft_core.data.table import Table, clean_cell, table_of
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
