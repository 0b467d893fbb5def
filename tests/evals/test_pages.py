"""A report as pages to read: nothing of it is taken for markup."""

import re

import pytest

from ft_core.evals import pages
from tests.evals.reports import EVIL, report


def test_what_people_wrote_is_shown_and_never_run() -> None:
    page, text = pages.html(report(), EVIL), pages.markdown(report(), EVIL)
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "\\<script\\>" in text and not re.search(r"(?<!\\)(<|\*bold|\[link)", text)


def test_every_number_stands_in_both() -> None:
    for made in (pages.html(report(), "n"), pages.markdown(report(), "n")):
        for words in (
            "0.900",
            "+0.600 to +0.800",
            "p = 0.0001",
            "1,200 examples gained",
            "10.0 points",
            "1,234",
            "0.012",
            "A note.",
            "0.333",
        ):
            assert words.replace("+", "+") in made.replace("\\", "").replace("&#43;", "+"), words


def test_a_report_without_labels_has_no_labels_and_all_rows_are_as_wide_as_their_table() -> None:
    plain = report(per_label={}, confusion=None)
    assert "Labels" not in [section.title for section in pages.sections(plain)]
    for section in pages.sections(report()):
        for table in section.tables:
            assert {len(row) for row in table.rows} == {len(table.columns)}, section.title


@pytest.mark.parametrize(("unit", "said"), [("share", "10.0 points"), ("nats per token", "0.100 nats per token")])
def test_the_smallest_difference_has_its_unit(unit, said) -> None:
    verdict = report()["verdict"] | {"detectable_unit": unit}
    assert said in pages.sections(report(verdict=verdict))[0].paragraphs[1]
