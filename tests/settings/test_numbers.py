"""True and false are no numbers, in whatever setting."""

import pytest
from pydantic import ValidationError

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.settings.data import DataSpec, EditSpec, PartSpec, SplitSpec
from ft_core.settings.data_size import DataSizeSpec
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.numbers import NUMBERS
from ft_core.settings.sweep import RangeSpec, SweepSpec
from ft_core.settings.train import TrainSpec

MODELS = (TrainSpec, EvalSpec, SplitSpec, EditSpec, PartSpec, DataSpec, DataSizeSpec, RangeSpec, SweepSpec)
FIELDS = [
    (model, name) for model in MODELS for name, field in model.model_fields.items() if field.annotation in NUMBERS
]


def test_every_kind_of_settings_has_numbers():
    assert {model for model, _ in FIELDS} == set(MODELS)


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_a_boolean_is_refused_where_a_number_belongs(model, name):
    with pytest.raises(ValidationError) as caught:
        model.model_validate({name: True})
    assert [wrong["loc"] for wrong in caught.value.errors() if wrong["type"] == "boolean_for_number"] == [(name,)]


def test_the_refusal_says_what_the_setting_takes():
    values = {"data": {"source": "x.csv"}, "training": {"learning_rate": True, "gradient_checkpointing": True}}
    with pytest.raises(FTError) as caught:
        project.parse(values, "p")
    assert caught.value.why == "`training.learning_rate`: must be a number above 0 and at most 1 (given: True)."
    with pytest.raises(ValidationError, match="must be numbers, not true or false"):
        SweepSpec.model_validate({"settings": {"lora_rank": [True, 8]}})
