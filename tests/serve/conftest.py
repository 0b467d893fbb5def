"""A run with a random adapter on the tiny base model, loaded once."""

import pytest

from ft_core.serve.engine import Engine
from tests import helpers
from tests.hub.made import make_tuned_run


@pytest.fixture(scope="session")
def tuned_run(tmp_path_factory):
    base = helpers.make_base_model(tmp_path_factory.mktemp("serve-base"))
    return make_tuned_run(tmp_path_factory.mktemp("serve-home"), base)


@pytest.fixture(scope="session")
def engine(tuned_run):
    return Engine.load(tuned_run)
