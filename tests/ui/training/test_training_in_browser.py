"""A training in a real browser: the coach's advice is applied, the corrected run started, paused, reloaded, resumed and stopped."""

import pytest

from ft_core.data.store import Dataset
from ft_core.settings.train import TrainSpec
from ft_core.worker import launch
from tests.train.coach.made import sharp_base
from tests.ui import clicks
from tests.ui.runs.made import toy_project, toy_run
from tests.ui.serving import served_page

pytestmark = pytest.mark.skipif(
    clicks.CHROMIUM is None, reason="There is no Chromium on this machine: install it to run the browser tests."
)
THROWN = TrainSpec(
    method="lora", epochs=3, learning_rate=0.08, batch_size=8, lora_rank=8, evaluations=8, max_length=128, threads=1,
    early_stopping=0,
)  # fmt: skip


STROKES = "new Set([...document.querySelectorAll('#training-loss-chart .mark-line path')].map(line => line.getAttribute('stroke')))"


def says(page, words: str) -> None:
    """Wait until the progress says it."""
    page.locator("#training-progress").get_by_text(words, exact=False).first.wait_for(timeout=clicks.LONG)


@pytest.mark.timeout(900)
def test_advice_is_applied_and_the_run_paused_resumed_and_stopped(workspace, tmp_path):
    spec = toy_project(workspace, sharp_base(tmp_path / "base"), rows=180, training=THROWN)
    thrown = toy_run(workspace, spec, "train")
    toy_run(workspace, spec)  # the newest is not the one that is looked at
    with served_page(workspace.home) as (url, _), clicks.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(clicks.LONG)
        page.goto(url)
        page.get_by_role("tab", name="Training", exact=True).first.click()
        page.locator("#run-choice input").click()
        page.locator("#run-choice").get_by_role("option").last.click()
        page.locator("#training-advice-1").get_by_text("The learning rate is too high").wait_for()
        page.wait_for_function(f"{STROKES}.size >= 3")  # also where the run shown before had no point
        page.locator("#training-apply-1").click()
        page.wait_for_function("document.querySelector('#training-method input').value === 'LoRA'")
        page.wait_for_function("document.querySelector('#training-learning-rate input').value === '0.002'")
        page.locator("#training-epochs input").fill("100")
        page.locator("#training-early-stopping input").fill("0")
        page.locator("#training-start").click()
        page.wait_for_function("document.querySelector('#training-progress').innerText.includes('of 1')")
        page.wait_for_function(clicks.MEASURED)

        page.reload()
        page.get_by_role("tab", name="Training", exact=True).first.click()
        page.wait_for_function(clicks.MEASURED)
        page.locator("#training-pause").click()
        says(page, "Paused")
        run = workspace.runs()[0]
        paused_at = run.job("train").step
        assert run.id != thrown.id and not run.is_trained and 0 < paused_at < run.job("train").total
        assert (run.spec().training.learning_rate, run.spec().training.epochs) == (0.002, 100)
        assert Dataset.open(run.folder / run.data()["folder"]).id == thrown.data()["dataset"]

        page.locator("#training-resume").click()
        says(page, "At work")
        page.locator("#training-stop").click()
        says(page, "the work is kept")
        assert run.is_trained and run.job("train").step >= paused_at
        page.locator("#next-evaluation").wait_for()

        page.locator("#training-discard").click()
        page.locator("#training-really-discard").click()
        says(page, "Discarded")
        assert not run.is_trained and launch.entries(workspace.home) == []
