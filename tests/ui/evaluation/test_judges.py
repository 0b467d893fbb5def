"""A model judges beside the page, with the real command and a stand-in for a language model."""

import re

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.evals import keep, rows
from ft_core.evals.judging.verdicts import read_verdicts, write_verdict
from ft_core.evals.judging.votes import ballots, vote
from ft_core.ui.evaluation import judges as tab
from tests.data.augment.openai_standin import standing_in
from tests.evals.judging.made import rows as made_rows
from tests.evals.judging.test_judge import likes
from tests.evals.judging.test_verdict_results import verdicts
from tests.ui.children import at_work

PROGRESS, END, TOLD, FOUND = range(4)
KEY = "sk-own"


@pytest.fixture
def differing(evaluated):
    """The run with 24 pairs."""
    rows.write_answers(evaluated, made_rows(24))
    return evaluated


def judging(workspace, run, count=50, who="endpoint", address="", key="", provider="auto", token="", model="", signed_in=None):  # fmt: skip
    return tab.start_judge(workspace, run.id, count, who, address, key, provider, token, model, signed_in)


def test_an_ended_judge_keeps_its_verdicts_and_goes_on(workspace, differing):
    before = at_work()
    with standing_in(lambda messages: likes("plum")(messages), delay=0.05) as server:
        running = judging(workspace, differing, address=server.url, key=f" {KEY} ", model="big")
        for step in running:
            assert "progress" in step[PROGRESS]["value"] and step[END]["visible"]
            if len(read_verdicts(differing).get("big", [])) > 2:
                break
        running.close()
        kept = len(read_verdicts(differing)["big"])
        asked = len(server.asked)
        assert 2 < kept < 24 and not at_work() - before
        *_, last = judging(workspace, differing, address=server.url, key=f" {KEY} ", model="big")
        assert 2 * (24 - kept) == len(server.asked) - asked, "nothing is asked twice"
    assert {authorization for _, authorization, _ in server.asked} == {f"Bearer {KEY}"}
    assert not last[PROGRESS]["visible"] and not last[END]["visible"] and not last[TOLD]["visible"]
    assert "24 pairs: tuned better" in last[FOUND] and "not to be trusted yet" in last[FOUND]
    for path in workspace.home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_trust_stands_above_the_rate_and_no_failure_is_scored(workspace, differing):
    table = rows.read_answers(differing)
    for ballot in ballots(differing, table, "Ada"):
        vote(differing, table, "Ada", ballot.id, "left" if "pear" in ballot.left else "right")

    def odd(messages):
        asked = messages[-1]["content"]
        if "question 8\n" in asked:
            return (500, "{}")
        return "hm" if "question 7\n" in asked else likes("pear")(messages)

    with standing_in(odd) as server:
        *_, last = judging(workspace, differing, address=server.url, model="big")
    words = last[FOUND]
    order = ("#### big: trusted", "almost perfect agreement", "judges these answers much as people do", "preferred the tuned model", "nonsense 1, failed 1")  # fmt: skip
    places = [words.index(part) for part in order]
    assert places == sorted(places)
    assert "held no verdict: hm" in last[TOLD]["value"] and "choose another Model" in last[TOLD]["value"]
    mark, again = tab.watch_judges(workspace, "", differing.id)
    assert again == words and tab.watch_judges(workspace, mark, differing.id) == gr.skip()
    assert "almost perfect" in (differing.evaluation / "report.html").read_text()


def test_a_judge_that_breaks_down_says_so_in_the_words_of_the_page(workspace, differing):
    with standing_in(lambda _messages: (401, f"who are you, {KEY}")) as server:
        *_, last = judging(workspace, differing, address=server.url, key=KEY, model="big")
    words = last[TOLD]["value"]
    assert "Set Key to a key of this endpoint" in words and KEY not in words and "FT\\_API\\_KEY" not in words
    assert last[FOUND] == gr.skip() and read_verdicts(differing) == {}


def test_what_the_browser_sends_is_checked_before_anything_runs(workspace, differing):
    refused = {
        "judging.pairs": {"who": "base", "count": 0},
        "augment.writer": {"address": "http://127.0.0.1:1/v1"},
        "writer.address": {"address": "nowhere", "model": "m"},
    }
    for code, values in refused.items():
        with pytest.raises(FTError) as caught:
            next(judging(workspace, differing, **values))
        assert caught.value.code == code
    differing.clear_report()
    with pytest.raises(FTError) as caught:
        next(judging(workspace, differing))
    assert caught.value.code == "evaluation.none"


def test_a_name_is_never_markup_and_only_a_foreign_model_has_an_address(workspace, differing):
    for verdict in verdicts(rows.read_answers(differing), ["tuned"]):
        write_verdict(differing, "<img src=x>", verdict)
    keep.keep_judging(differing)
    assert not re.search(r"(?<!\\)<", tab.watch_judges(workspace, "", differing.id)[1])
    assert not tab.show_judge("base")[0]["visible"] and tab.show_judge("provider")[0]["visible"]
    progress, end = tab.stopped_judge(workspace)
    assert "kept" in progress["value"] and not end["visible"]
