"""The page's process: it serves nothing but the page, and stays light: no torch, now or later."""

from urllib.error import HTTPError

import httpx
import pytest

from tests.ui.serving import get, served_page

HEAVY = {"torch", "transformers", "peft", "trl", "evaluate", "accelerate", "bitsandbytes"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(address, ask, home) of one page for all of these; `ask` ends it."""
    home = tmp_path_factory.mktemp("served")
    with served_page(home) as (url, ask):
        yield url, ask, home


def test_nothing_but_the_page_is_served(served):
    url, _, home = served
    secret = home / "people" / "local" / "secret.txt"
    secret.parent.mkdir(parents=True)
    secret.write_text("mine")
    for path in (f"/gradio_api/file={secret}", "/monitoring/summary", "/gradio_api/file=/etc/passwd"):
        try:
            body = get(url + path)
        except HTTPError as error:
            assert error.code in (403, 404)
        else:
            assert "mine" not in body and "root:" not in body and "requests" not in body


def test_another_name_for_this_machine_is_refused(served):
    for host, status in (("rebound.example", 400), ("localhost:7860", 200), ("127.0.0.1:7860", 200)):
        assert httpx.get(f"{served[0]}/config", headers={"Host": host}).status_code == status


def test_serving_the_page_imports_no_training_library(served):
    """The last of these: it ends the page."""
    url, ask, _ = served
    assert "Fine-Tuning Studio" in get(url)
    assert "training-start" in get(f"{url}/config")
    held = ask()
    assert HEAVY & set(held["modules"]) == set()
    assert held["megabytes"] < 400
