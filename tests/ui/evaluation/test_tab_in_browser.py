"""Votes by keyboard, faster than they are answered, and corrected rows on their way to the Data tab, in a real browser."""

import json
import shutil

import pytest

from ft_core.evals import corrections, rows
from ft_core.evals.judging import votes
from ft_core.pipeline.runs import create_run
from ft_core.ui import uploads
from tests.evals.judging import made
from tests.evals.reports import report
from tests.ui import clicks
from tests.ui.serving import served_page

pytestmark = pytest.mark.skipif(
    clicks.CHROMIUM is None, reason="There is no Chromium on this machine: install it to run the browser tests."
)
PRESS = """keys => {
  document.activeElement?.blur();
  for (const key of keys) document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
}"""
KEYS = ["ArrowLeft", "ArrowRight", "t", "b", "ArrowLeft", "u", "ArrowRight", "t", "ArrowLeft", "ArrowRight", "b", "t"]
CHOICES = ["left", "right", "tie", "both_bad", "right", "tie", "left", "right", "both_bad", "tie"]


@pytest.fixture
def run(workspace, example_home):
    """A run on the example, with answers of two models to its first test rows."""
    shutil.copytree(example_home, workspace.home)
    dataset = uploads.selected_dataset(workspace, "")
    assert dataset is not None
    run = create_run(workspace, uploads.project_of(workspace, dataset), dataset)
    run.adapter.mkdir()
    (run.adapter / "adapter_config.json").write_text("{}")
    table = []
    for one, example in zip(made.rows(12), dataset.examples("test"), strict=False):
        own = {"row": example.row, "prompt": example.question, "expected": example.answer}
        table.append(one | own | {"base_correct": False, "tuned_correct": False, "tuned_loss": 1.0})
    rows.write_answers(run, table)
    run.write_report(report(n=len(table), seconds=1.0, seed=1) | {"task": "classification"})
    return run


def test_ten_votes_by_keyboard_and_two_rows_sent_to_data(workspace, run):
    with served_page(workspace.home) as (url, _), clicks.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(clicks.LONG)
        page.goto(url)
        page.get_by_role("tab", name="Evaluation", exact=True).first.click()
        page.locator("#judging-name input, #judging-name textarea").first.fill("Ada")
        page.locator("#judging-begin").click()
        page.wait_for_selector("#judging-left")
        page.evaluate(PRESS, KEYS)
        page.wait_for_function("document.querySelector('#judging-counter').innerText.includes('10 of 12')")
        page.locator("#judging-export").click()
        with page.expect_download() as download:
            page.locator("#judging-file").click()
        pairs = [json.loads(line) for line in download.value.path().read_text().splitlines()]
        for place in range(2):
            page.locator(f"#evaluation-answers [data-testid=cell-{place}-1]").last.click()
            prompt = rows.wrong_first(rows.read_answers(run))[place]["prompt"]
            page.wait_for_function(
                "prompt => [...document.querySelectorAll('textarea')].some((one) => one.value === prompt)", arg=prompt
            )
            page.locator("#correct-add").click()
            page.wait_for_function(f"document.querySelectorAll('#correct-rows input').length === {place + 1}")
        page.locator("#correct-send").click()
        page.wait_for_function("document.querySelector('[data-tab-id=data]').getAttribute('aria-selected') === 'true'")
        assert page.evaluate("localStorage.getItem('ft-draft')"), "the rows are there, ready to be prepared"
        page.close()
    given = votes.read_votes(run)
    assert [one.choice for one in given] == CHOICES, "every press counts for the pair that was shown then"
    assert len({one.pair for one in given}) == 10
    assert len(pairs) == sum(one.choice in ("left", "right") for one in given)
    assert len(corrections.read(run)) == 2
