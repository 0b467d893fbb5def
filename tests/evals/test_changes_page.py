"""Two runs' differences as a page."""

import pytest

from ft_core.errors import FTError
from ft_core.evals import changes_page
from ft_core.evals.changes import changes
from tests.evals.reports import changed_runs


def test_both_kinds_of_page_hold_every_line_and_nothing_of_them_runs(tmp_path):
    runs = changed_runs(tmp_path)
    for name in ("changes.md", "changes.html"):
        changes_page.write(runs, tmp_path / name)
        text = (tmp_path / name).read_text(encoding="utf-8")
        for words in ("Accuracy", "repeating", "MMLU", "better", "worse", "32 examples", "Right in A, wrong in B"):
            assert words in text, words
        assert "<script>" not in text.replace("\\<script", "")
    for section in changes_page.sections(changes(*runs), ("one", "two")):
        for table in section.tables:
            assert {len(row) for row in table.rows} == {len(table.columns)}, section.title


def test_a_page_is_of_two_runs_and_has_a_known_ending(tmp_path):
    first, second = changed_runs(tmp_path)
    for runs, name in (([first], "x.md"), ([first, second], "x.pdf")):
        with pytest.raises(FTError, match="cannot be written"):
            changes_page.write(runs, tmp_path / name)
