"""The main job by clicking, in a real Chromium: from Data to a Hub link."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
MEASURED = (
    "/[0-9]/.test(document.querySelector('#training-tiles .value')?.textContent)"  # the first tile holds a number
)
LONG = 600_000  # milliseconds: a busy machine trains here

Look = Callable[[Page, str], None]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def nothing(_page: Page, _name: str) -> None:
    """Looks at no page on the way."""


def from_data_to_share(
    page: Page,
    address: str,
    repo: str,
    token: str,
    file: Path | None = None,
    epochs: int | None = None,
    look: Look = nothing,
) -> str:
    """Click the shipped example, or an uploaded `file`, through every tab and return the link of the pushed repository.

    `epochs` changes that one setting; None leaves everything untouched. `look(page, name)` is called at each stage. The page is
    reloaded in the middle of the training.
    """
    page.set_default_timeout(90_000)
    page.goto(address)
    look(page, "data-empty")
    if file is None:
        page.locator("#data-use-example").click()
    else:
        page.locator("#data-file input[type=file]").set_input_files(file)
    page.wait_for_selector("#data-problems")
    look(page, "data")
    page.locator("#data-prepare").click()
    page.wait_for_selector("#data-summary .tile")
    look(page, "data-prepared")
    page.locator("#next-training").click()
    if epochs:
        page.locator("#training-epochs input").fill(str(epochs))
    page.locator("#training-start").click()
    page.wait_for_selector("#training-tiles .tile", timeout=LONG)
    page.reload()
    page.get_by_role("tab", name="Training", exact=True).first.click()
    page.wait_for_function(MEASURED, timeout=LONG)
    look(page, "training-in-progress")
    page.locator("#next-evaluation").click(timeout=LONG)
    page.get_by_role("tab", name="Training", exact=True).first.click()
    look(page, "training")
    page.get_by_role("tab", name="Evaluation", exact=True).first.click()
    page.locator("#evaluation-start").click()
    page.wait_for_selector("#evaluation-progress .bar, #evaluation-progress progress, #evaluation-stop", timeout=LONG)
    look(page, "evaluation-in-progress")
    page.wait_for_selector("#evaluation-verdict", timeout=LONG)
    look(page, "evaluation")
    page.locator("#next-playground").click()
    page.locator("#playground-start").click()
    page.locator("#playground-message textarea").fill("My parcel has not arrived.", timeout=LONG)
    page.locator("#playground-send").click()
    page.wait_for_selector("#playground-tuned .bot", timeout=LONG)
    page.wait_for_selector("#playground-base .bot", timeout=LONG)
    look(page, "playground")
    page.locator("#next-share").click()
    page.locator("#share-repo textarea, #share-repo input").first.fill(repo)
    page.locator("#share-token input").fill(token)
    page.locator("#share-push").click()
    link = page.locator("#share-link a")
    link.wait_for(timeout=LONG)
    look(page, "share")
    return link.get_attribute("href") or ""
