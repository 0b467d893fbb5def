"""The base model of these tests, its tokenizer, and the same in 4 bits with an adapter."""

from pathlib import Path

import pytest
from peft import PeftModel

from ft_core import modeling
from tests import helpers
from tests.generate.asked import with_adapter


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return helpers.make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tokenizer(folder):
    return modeling.load_tokenizer(str(folder))


@pytest.fixture(scope="module")
def model(folder) -> PeftModel:
    return with_adapter(folder)
