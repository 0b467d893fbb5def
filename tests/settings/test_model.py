"""ModelSpec: the base model by name."""

import pytest
from pydantic import ValidationError

from ft_core import catalog
from ft_core.settings.model import ModelSpec


def test_without_a_choice_it_is_the_model_that_ships_with_the_project():
    spec = ModelSpec()
    assert spec.base == catalog.STARTER and spec.revision is None
    assert catalog.base_folder(spec.base).is_dir()


@pytest.mark.parametrize("wrong", [{"base": ""}, {"base": None}, {"name": "x"}])
def test_what_names_no_model_is_refused(wrong):
    with pytest.raises(ValidationError):
        ModelSpec.model_validate(wrong)
