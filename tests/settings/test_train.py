"""TrainSpec: the limits of each setting, and that each explains itself."""

import pytest
from pydantic import ValidationError

from ft_core.settings.train import TrainSpec


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("method", ("qlora",), ("full",)),
        ("epochs", (0.1, 100), (0, 101)),
        ("learning_rate", (1e-6, 1), (0, 1.1, "fast")),
        ("batch_size", (1, 1024), (0, 1025, 1.5)),
        ("lora_rank", (1, 256), (0, 257)),
        ("lora_alpha", (1, 1024), (0, 1025)),
        ("lora_dropout", (0, 0.99), (1, -0.1)),
        ("max_length", (16, 131072), (15, 131073)),
        ("warmup_ratio", (0, 0.5), (0.6, -0.1)),
        ("weight_decay", (0, 1), (1.1, -0.1)),
        ("evaluations", (1, 1000), (0, 1001)),
        ("seed", (0,), (-1,)),
        ("micro_batch_size", (None, 1), (0,)),
        ("threads", (None, 1), (0,)),
    ],
)
def test_limits(field, good, bad):
    for value in good:
        assert getattr(TrainSpec.model_validate({field: value}), field) == value
    for value in bad:
        with pytest.raises(ValidationError, match=field):
            TrainSpec.model_validate({field: value})


def test_a_misspelt_setting_is_refused():
    with pytest.raises(ValidationError, match="learning_rat"):
        TrainSpec.model_validate({"learning_rat": 0.1})


def test_every_setting_explains_itself_in_a_sentence():
    titles = [field.title for field in TrainSpec.model_fields.values()]
    assert all(titles) and len(set(titles)) == len(titles)
    for name, field in TrainSpec.model_fields.items():
        assert (field.description or "").endswith("."), name


def test_what_depends_on_the_machine_is_left_open():
    assert TrainSpec().threads is None and TrainSpec().micro_batch_size is None
