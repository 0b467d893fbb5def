"""The tiny base model, runs on it, and the Hub's stand-in in place of the Hub."""

import pytest

from tests import helpers, hub_standin
from tests.hub.made import make_tuned_run


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    return helpers.make_base_model(tmp_path_factory.mktemp("hub-base"))


@pytest.fixture
def run(base, tmp_path):
    return make_tuned_run(tmp_path / "home", base)


@pytest.fixture
def hub(monkeypatch):
    """Files inside the commit: the client's large-file storage (xet) needs a server that the stand-in is not."""
    with hub_standin.serve(large_suffixes=()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub
