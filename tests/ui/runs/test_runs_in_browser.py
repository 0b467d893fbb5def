"""Runs in a real browser: two compared, a note written, the queue put in another order; a reload shows the same."""

import pytest
from filelock import FileLock

from ft_core.pipeline.runs import duplicate
from ft_core.worker import launch
from tests.ui import clicks
from tests.ui.serving import served_page

pytestmark = pytest.mark.skipif(
    clicks.CHROMIUM is None, reason="There is no Chromium on this machine: install it to run the browser tests."
)
ORDER = "#queue-order label"


def open_training(page, url: str) -> None:
    """The Runs tab, once its runs are listed."""
    page.goto(url)
    page.get_by_role("tab", name="Runs", exact=True).first.click()
    page.wait_for_function(f"document.querySelectorAll('{ORDER}').length === 3", timeout=clicks.LONG)


def order(page) -> list[str]:
    return [text.strip() for text in page.locator(ORDER).all_inner_texts()]


@pytest.mark.timeout(900)
def test_runs_are_compared_noted_and_reordered(studied, tmp_path):
    workspace, (made, slow, *_) = studied
    workspace.queue.mkdir(parents=True, exist_ok=True)
    with FileLock(workspace.queue / "supervisor.lock"):  # a supervisor is at work, as far as its lock tells
        waiting = [duplicate(workspace, made, {"epochs": count}) for count in (2, 3, 4)]
        for run in waiting:
            launch.enqueue(workspace, run, "train")
        with served_page(workspace.home) as (url, _), clicks.chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(clicks.LONG)
            open_training(page, url)

            # The last one is to be done next.
            page.locator(ORDER).filter(has_text=waiting[2].id[-6:]).click()
            page.locator("#queue-next").click()
            page.wait_for_function(
                f"document.querySelector('{ORDER}')?.innerText.includes('{waiting[2].id[-6:]}')", timeout=clicks.LONG
            )
            assert [entry.run.id for entry in launch.entries(workspace.home)][0] == waiting[2].id

            # Taking one out asks first.
            page.locator("#queue-cancel").click()
            page.locator("#queue-cancel-no").click()
            page.locator("#queue-sure").wait_for(state="hidden")
            assert len(launch.entries(workspace.home)) == 3

            # A note on one run.
            page.locator("#runs-choice input").click()
            page.get_by_role("option").filter(has_text=slow.id[-6:]).click()
            page.wait_for_function(
                "document.querySelector('#run-choice input').value.includes('trained')", timeout=clicks.LONG
            )
            page.get_by_label("Notes").fill("Too slow <b>by far</b>.")
            page.get_by_label("Notes").blur()
            page.locator("#runs-saved").get_by_text("Saved").wait_for()
            assert slow.notes() == "Too slow <b>by far</b>." and made.notes() == ""

            # Two runs over each other.
            page.get_by_role("button", name="2. Compare runs").click()
            choice = page.locator("#compare-runs input")
            for run in (made, slow):
                choice.click()
                choice.press_sequentially(run.id[-6:])
                choice.press("Enter")
            page.wait_for_function(
                "document.querySelector('#compare-settings')?.innerText.includes('Learning rate')", timeout=clicks.LONG
            )
            assert "0.0005" in page.locator("#compare-settings").inner_text()
            assert f"B: toys {slow.id[-6:]}" in page.locator("#compare-legend").inner_text()
            page.locator("#compare-curves canvas, #compare-curves svg.marks").first.wait_for()

            open_training(page, url)
            page.wait_for_function(
                "document.querySelector('#runs-notes textarea')?.value.startsWith('Too slow')", timeout=clicks.LONG
            )
            assert waiting[2].id[-6:] in order(page)[0]
