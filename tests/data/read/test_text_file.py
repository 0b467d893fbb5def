import io

import pytest

from ft_core.data.read.files import read
from ft_core.data.read.text_file import is_table
from tests.data.made import rows
from tests.data.read.made import write


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_paragraphs_are_rows(tmp_path, end):
    table = read(write(tmp_path, "a.txt", end.join(["", "one", "  two ", "", " ", "three"])))
    assert [row["text"] for row in rows(table)] == ["one\n  two", "three"]
    assert (table.format, table.columns, table.header, table.numbers) == ("text", ["text"], False, [1, 2])


def test_a_heading_of_markdown_belongs_to_what_follows(tmp_path):
    table = read(write(tmp_path, "a.md", "# Returns\n\nWithin 30 days.\n\nFree of charge.\n\n## Parcels\n\nTwo.\n"))
    assert [row["text"] for row in rows(table)] == ["# Returns\nWithin 30 days.", "Free of charge.", "## Parcels\nTwo."]
    assert table.format == "markdown"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\tb\nc\td\ne\tf\n", True),
        ("a;b\nc;d\ne;f\n", True),
        ("text,label\nc,d\ne,f\n", True),
        ("Well, no\nyes, but\nso, what\n", False),
        ("a\tb\nc\td\nno tab\n", False),
        ("a\tb\n", False),
    ],
)
def test_only_regular_lines_are_a_table(text, wanted):
    assert is_table(io.BytesIO(text.encode()), "a.txt") == wanted
