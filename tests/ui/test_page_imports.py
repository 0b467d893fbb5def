"""The page's process stays light: no torch, now or later."""

import httpx

from tests.ui.serving import get, served_page

HEAVY = {"torch", "transformers", "peft", "trl", "evaluate", "accelerate", "bitsandbytes"}


def test_serving_the_page_imports_no_training_library(tmp_path):
    with served_page(tmp_path / "home") as (url, ask):
        assert "Fine-Tuning Studio" in get(url)
        config = get(f"{url}/config")
        assert "training-start" in config
        held = ask()
    assert HEAVY & set(held["modules"]) == set()
    assert held["megabytes"] < 400


def test_nothing_but_the_page_is_served(tmp_path):
    from urllib.error import HTTPError

    home = tmp_path / "home"
    with served_page(home) as (url, _):
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


def test_another_name_for_this_machine_is_refused(tmp_path):
    with served_page(tmp_path / "home") as (url, _):
        for host, status in (("rebound.example", 400), ("localhost:7860", 200), ("127.0.0.1:7860", 200)):
            assert httpx.get(f"{url}/config", headers={"Host": host}).status_code == status
