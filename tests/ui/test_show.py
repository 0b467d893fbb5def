"""Words and small HTML."""

from typing import get_args

import pytest

from ft_core.data.verdict import Level
from ft_core.errors import FTError
from ft_core.ui import show
from ft_core.worker.launch import JobView


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (0.5, "0.5"), (0.12345, "0.123"), (2187.4, "2,187"), (0.0000123, "1.2e-05"), (0, "0"), (1.0, "1")],
)
def test_numbers(value, words):
    assert show.number(value) == words


@pytest.mark.parametrize(("value", "words"), [(350.0, "350"), (349.9, "350"), (0.0, "0"), (40, "40"), (1200, "1,200")])
def test_a_number_without_decimals_keeps_its_noughts(value, words):
    assert show.number(value, 0) == words


def test_text_of_a_person_stays_text():
    shown = show.problem(FTError("x", "<b>bold</b>", "[link](http://x) `name`", "Do *it*."))
    assert "<b>" not in shown and "[link]" not in shown and "\\*it\\*" in shown
    assert "“name”" in shown


def test_html_is_escaped():
    assert "<script>" not in show.tiles([("<script>", "<script>", "<script>")])
    assert "<script>" not in show.verdict("better", "<script>", "<script>")
    assert "<script>" not in show.progress(JobView("running", 1, 2, "<script>"))


def test_the_bar_says_how_far_it_is():
    shown = show.progress(JobView("running", 5, 20, "training", seconds_left=61))
    assert 'aria-valuenow="25"' in shown and "step 5 of 20" in shown and "1 min 1 s left" in shown
    assert "number 3 in line" in show.progress(JobView("queued", position=3))
    assert "starting" in show.progress(JobView("queued", position=None)), "a supervisor has taken it"


@pytest.mark.parametrize("level", get_args(Level))
def test_the_verdict_on_the_data_says_its_level_once_and_the_first_sentence_large(level):
    shown = show.enough(level, f"{level.capitalize()}: 30 <b>examples</b>. The others. And more.")
    assert '<div class="sentence">30 &lt;b&gt;examples&lt;/b&gt;.</div>' in shown
    assert '<div class="more">The others. And more.</div>' in shown
    assert shown.lower().count(level) == 1


@pytest.mark.parametrize(
    ("how", "words"),
    [("pause", "to go on later"), ("keep", "keeping the work"), ("discard", "to be discarded")],
)
def test_a_job_that_is_stopping_says_how(how, words):
    assert f"Stopping, {words}" in show.progress(JobView("stopping", 5, 20, how=how))
