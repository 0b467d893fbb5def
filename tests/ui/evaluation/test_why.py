"""Why one answer was given: the real command behind the button, and in a real browser after a real evaluation."""

import pytest

from ft_core.errors import FTError
from ft_core.evals import rows
from ft_core.run import Run
from ft_core.ui.evaluation import why as tab
from tests.ui import clicks
from tests.ui.serving import served_page

PROGRESS, END, AREA, SENTENCE, WORDS, NUMBERS, TOKENS, LAYERS, NOTES = range(9)


def test_an_answer_is_explained_beside_the_page(workspace, evaluated):
    row = next(row for row in rows.read_answers(evaluated) if row["tuned_written"])
    *waiting, shown = tab.explain(workspace, evaluated.id, {"row": row["row"], "part": ""}, None)
    assert waiting and all(one[END]["visible"] and "Loading" in one[PROGRESS]["value"] for one in waiting[:1])
    assert shown[AREA]["visible"] and not shown[END]["visible"]
    assert "".join(text for text, _ in shown[WORDS]) == row["prompt"]
    assert {weight for _, weight in shown[WORDS]} <= {None, *tab.COLOURS}
    assert len(shown[NUMBERS]) == len(shown[WORDS]) and shown[TOKENS]["Tuned model"].str.endswith(" %").all()
    assert list(shown[LAYERS]["value"]["layer"]) == ["0", "1"] and "no reason" in shown[NOTES]


def test_without_an_open_answer_there_is_nothing_to_explain(workspace, tuned):
    for run, row in ((tuned.id, None), ("", None), (tuned.id, {"row": 10_000, "part": ""})):
        with pytest.raises(FTError) as caught:
            list(tab.explain(workspace, run, row, None))
        assert caught.value.code == "why.none"


def test_no_model_is_loaded_beside_one_at_work(workspace, evaluated, job_state):
    other = Run.create(workspace.runs_folder, evaluated.spec(), evaluated.data(), {})
    other.write_job("train", job_state())
    with pytest.raises(FTError) as caught:
        list(tab.explain(workspace, evaluated.id, {"row": 1, "part": ""}, None))
    assert caught.value.code == "run.busy" and other.id in caught.value.why


def test_weights_are_told_apart_beside_the_heaviest():
    marked = tab._marked([["a", 4.0], ["b", 1.0], ["c", 0.1], ["d", -2.0]])
    assert [weight for _, weight in marked] == [tab.STRONG, tab.WEAK, None, tab.AGAINST]
    assert {weight for _, weight in tab._marked([["a", 0.07], ["b", -0.05]])} == {None}, (
        "the heaviest of nothing is nothing"
    )
    assert tab._marked([["a", 0.0]]) == [("a", None)] and tab._by_layer([]) is None


@pytest.mark.skipif(clicks.CHROMIUM is None, reason="There is no Chromium on this machine: install it to run the browser tests.")  # fmt: skip
def test_evaluated_the_worst_answer_opened_and_explained_in_a_browser(workspace, tuned):
    with served_page(workspace.home) as (url, _), clicks.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(clicks.LONG)
        page.goto(url)
        page.get_by_role("tab", name="Evaluation", exact=True).first.click()
        page.locator("#evaluation-start").click()
        page.wait_for_selector("#evaluation-verdict")
        page.locator("#evaluation-answers [data-testid=cell-0-1]").last.click()
        page.locator("#why-ask").click()
        page.wait_for_selector("#why-sentence p")
        said = page.locator("#why-sentence").inner_text()
        page.close()
    assert any(words in said for words in ("leaned most on", "hardly mattered", "spoke against"))
    assert rows.read_answers(tuned)
