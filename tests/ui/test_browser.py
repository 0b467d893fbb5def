"""The page in a real browser: from the example to the Share tab."""

import os
import shutil

import pytest

from tests.ui.serving import served_page

chromium = shutil.which("chromium")
pytestmark = pytest.mark.skipif(chromium is None, reason="there is no chromium on this machine")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LONG = 240_000  # milliseconds: two loaded cores train here


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served_page(tmp_path_factory.mktemp("home")) as (url, _):
        yield url


def tab(page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).first.click()


def test_the_example_goes_from_data_to_training(browser, address):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(90_000)
    outside = []
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith((address, "data:", "blob:")) else None)
    page.goto(address)
    page.locator("#data-use-example").click()
    page.locator("#data-prepare").click()
    page.wait_for_selector("#data-summary .tile")
    page.wait_for_selector("#data-tokens")
    page.locator("#next-training").click()
    page.wait_for_selector("#training-start")
    assert "steps" in page.locator("#training-estimate").inner_text()
    assert outside == []

    page.reload()  # the same picture
    page.wait_for_selector("#data-summary .tile")
    assert "tickets.csv" in page.locator("#selected-dataset").inner_text()
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_fits_a_phone(browser, address, theme):
    page = browser.new_page(viewport={"width": 400, "height": 800})
    page.set_default_timeout(90_000)
    page.goto(f"{address}/?__theme={theme}")
    page.wait_for_selector("#data-use-example")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.close()


@pytest.mark.skipif(not os.environ.get("FT_LONG_TESTS"), reason="trains, evaluates and serves: set FT_LONG_TESTS=1")
def test_the_main_job_is_done_by_clicking(browser, address):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(90_000)
    page.goto(address)
    page.locator("#data-use-example").click()
    page.locator("#data-prepare").click()
    page.locator("#next-training").click()
    page.locator("#training-epochs input").fill("1")
    page.locator("#training-start").click()
    page.wait_for_selector("#training-stop")
    page.wait_for_selector("#training-tiles .tile", timeout=LONG)
    page.locator("#next-evaluation").click(timeout=LONG)
    page.locator("#evaluation-start").click()
    page.wait_for_selector("#evaluation-verdict", timeout=LONG)
    page.locator("#next-playground").click()
    page.locator("#playground-start").click()
    page.wait_for_selector("#playground-send", timeout=LONG)
    page.locator("#playground-message textarea").fill("My parcel has not arrived.")
    page.locator("#playground-send").click()
    page.wait_for_selector("#playground-tuned .bot", timeout=LONG)
    page.locator("#playground-end").click()
    page.locator("#next-share").click()
    page.wait_for_selector("#share-push")
    assert "Measured" in page.locator("#share-card").inner_text()
    page.close()
