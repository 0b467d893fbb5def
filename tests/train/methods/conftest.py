"""One tiny base model for all methods."""

from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import PreTrainedModel

from ft_core import modeling
from tests.helpers import make_base_model


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory) -> Path:
    return make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture
def load(base_folder) -> Callable[..., PreTrainedModel]:
    """load(quantised=False): the base model, fresh: two layers of hidden size 64."""
    return lambda quantised=False: modeling.load_base(str(base_folder), quantised=quantised)
