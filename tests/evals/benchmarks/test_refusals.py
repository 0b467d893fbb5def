"""Refusals name rows, say what was expected, and count what they do not show."""

from pathlib import Path

import pytest

from ft_core.errors import FTError
from ft_core.evals.benchmarks import refusals


def test_three_rows_are_shown_and_the_others_counted():
    error = refusals.refuse(Path("a/b.csv"), "X", [(n, "is bad") for n in range(2, 7)], "Rows are good.")
    assert error.code == "benchmarks.schema" and error.what.startswith("b.csv does not hold X")
    assert error.why == "Row 2: is bad. Row 3: is bad. Row 4: is bad. So are 2 more rows. Rows are good."


def test_lines_that_are_no_objects_are_named_by_number(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n[2]\n\n{"a"\n{"a": 3}\n\n', encoding="utf-8")
    with pytest.raises(FTError) as caught:
        refusals.objects(path, "X", "L.")
    assert "Row 2: is not a JSON object. Row 3: is not a JSON object. Row 4: is not" in caught.value.why


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file(tmp_path, content):
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(FTError, match="no questions"):
        refusals.objects(path, "X", "L.")


def test_bytes_that_are_no_text_are_named_by_row(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": "\xff"}\n')
    with pytest.raises(FTError, match="Row 2: is not text in UTF-8"):
        refusals.text(path, "X")


def test_lists_of_texts():
    assert refusals.is_texts(["a", "b"], 2)
    assert not any(refusals.is_texts(value, 2) for value in (["a"], ["a", ""], ["a", 1], "ab", None))
