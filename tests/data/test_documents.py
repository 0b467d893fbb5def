import pytest

from ft_core.data.documents import Document, load, passages
from ft_core.errors import FTError

TEXT = """# Guide

Welcome to the shop; this page tells how things are done here.

## How do I pay?

You can pay by card or by invoice within two weeks.

Short one.

Returns
-------

Send it back within thirty days and keep the receipt for it.

Opening hours

We are open from nine to five on all days but Sunday.
"""


def test_passages_are_paragraphs_under_their_headings():
    found = passages(Document("guide.md", TEXT))
    assert [(passage.heading, passage.text.split()[0]) for passage in found] == [
        ("Guide", "Welcome"),
        ("How do I pay?", "You"),
        ("Returns", "Send"),
        ("Opening hours", "We"),
    ]
    assert found[1].text.endswith("Short one.") and all(passage.title == "guide.md" for passage in found)


def test_long_texts_are_cut_between_sentences_and_nothing_is_lost_or_doubled():
    text = " ".join(f"This is sentence number {n} of a long paragraph." for n in range(100))
    found = passages(Document("long.txt", text), max_words=50)
    assert all(len(passage.text.split()) <= 50 and passage.text.endswith(".") for passage in found)
    assert " ".join(passage.text for passage in found) == text
    endless = passages(Document("endless.txt", "word " * 500), max_words=50)
    assert sum(len(passage.text.split()) for passage in endless) == 500 and len(endless) == 10


def test_files_of_text_and_tables_with_a_column_of_texts(tmp_path):
    (tmp_path / "guide.md").write_text(TEXT)
    [guide] = load(tmp_path / "guide.md")
    assert passages(guide) == passages(Document("guide.md", TEXT)), "read as paragraphs, and whole again"
    (tmp_path / "pages.csv").write_text("id,page\n1,A long page about paying\n2,\n3,Another page\n")
    assert [document.title for document in load(tmp_path / "pages.csv")][0] == "pages.csv, row 1"
    (tmp_path / "empty.txt").write_text("  \n")
    with pytest.raises(FTError) as caught:
        load(tmp_path / "empty.txt")
    assert caught.value.code == "data.empty"
    with pytest.raises(FTError) as caught:
        load(tmp_path / "none.txt")
    assert caught.value.code in ("data.missing", "data.format")
