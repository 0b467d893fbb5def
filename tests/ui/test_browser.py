"""The page in a real browser: from the example to the Share tab."""

import pytest

from ft_core.pipeline.data import EXAMPLE
from tests import hub_standin
from tests.ui import clicks
from tests.ui.serving import served_page

pytestmark = pytest.mark.skipif(
    clicks.CHROMIUM is None, reason="There is no Chromium on this machine: install it to run the browser tests."
)


@pytest.fixture(scope="module")
def browser():
    with clicks.chromium() as browser:
        yield browser


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
    page.on(
        "request",
        lambda request: (
            outside.append(request.url) if not request.url.startswith((address, "data:", "blob:")) else None
        ),
    )
    page.goto(address)
    page.locator("#data-use-example").click()
    page.locator("#data-prepare").click()
    page.wait_for_selector("#data-summary .tile")
    page.wait_for_selector("#data-tokens")
    page.locator("#next-training").click()
    page.wait_for_selector("#training-start")
    assert "steps" in page.locator("#training-estimate").inner_text()
    assert outside == []

    page.reload()  # the same picture, in the tab that was open
    page.wait_for_selector("#training-start")
    tab(page, "Data")
    page.wait_for_selector("#data-summary .tile")
    page.locator("#selected-dataset").get_by_text("tickets.csv").wait_for()
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_fits_a_phone(browser, address, theme):
    page = browser.new_page(viewport={"width": 400, "height": 800})
    page.set_default_timeout(90_000)
    page.goto(f"{address}/?__theme={theme}")
    page.wait_for_selector("#data-use-example")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.close()


@pytest.mark.timeout(1500)
def test_the_main_job_is_done_by_clicking(browser, tmp_path):
    """A tenth of the example's rows, uploaded, and one epoch: the untouched example is clicked by tests/benchmarks/clicks.py."""
    home, file = tmp_path / "home", tmp_path / "some-tickets.csv"
    rows = (EXAMPLE.parent / "tickets.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([rows[0], *rows[1::10]]), encoding="utf-8")
    with (
        hub_standin.serve() as hub,
        served_page(home, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="0", HF_HUB_DISABLE_XET="1") as (url, ask),
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        link = clicks.from_data_to_share(page, url, "alice/triage", hub_standin.OWNER, file, epochs=1)
        assert link == f"{hub.url}/alice/triage"
        assert hub.repos["alice/triage"].private
        assert "Difference is tuned minus base" in (page.locator("#share-card").text_content() or "")
        page.close()
        held = ask()
        files = hub.repos["alice/triage"].files
    assert {"README.md", "adapter_model.safetensors", "base/model.safetensors"} <= set(files)
    assert not {"torch", "transformers", "peft", "trl", "evaluate", "accelerate"} & set(held["modules"])
    for path in home.rglob("*"):
        assert not path.is_file() or hub_standin.OWNER.encode() not in path.read_bytes(), f"the token is in {path}"
