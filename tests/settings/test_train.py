"""TrainSpec: the limits of each setting, and that each explains itself."""

from typing import Literal, get_args, get_origin

import pytest
from pydantic import ValidationError

from ft_core.settings.methods import BELONGS, METHODS
from ft_core.settings.train import TrainSpec


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("method", ("qlora", "full"), ("adapters",)),
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


def test_every_setting_has_a_title_of_its_own():
    titles = [field.title for field in TrainSpec.model_fields.values()]
    assert all(titles) and len(set(titles)) == len(titles)


def test_what_depends_on_the_machine_is_left_open():
    assert TrainSpec().threads is None and TrainSpec().micro_batch_size is None


@pytest.mark.parametrize("method", METHODS)
def test_a_setting_that_the_method_lacks_is_refused_and_not_written(method):
    for name, methods in BELONGS.items():
        value = TrainSpec.model_fields[name].default
        if method in methods:
            assert name in TrainSpec.model_validate({"method": method, name: value}).model_dump()
            continue
        with pytest.raises(ValidationError, match=f"{METHODS[method].title} has no `{name}`: leave it out"):
            TrainSpec.model_validate({"method": method, name: value})
        assert name not in TrainSpec(method=method).model_dump()
    written = TrainSpec(method=method).model_dump(mode="json")
    assert TrainSpec.model_validate(written) == TrainSpec(method=method)


def test_a_beginning_belongs_to_its_methods():
    assert TrainSpec(method="lora", initialisation="pissa").initialisation == "pissa"
    with pytest.raises(ValidationError, match="QLoRA cannot begin with pissa, which is for LoRA, rsLoRA"):
        TrainSpec(method="qlora", initialisation="pissa")


@pytest.mark.parametrize("name", TrainSpec.model_fields)
def test_every_setting_explains_itself(name):
    """What it does, where its value is from, and of all that is no choice between names what too little and too much look like."""
    field = TrainSpec.model_fields[name]
    extra = field.json_schema_extra
    choice = {get_origin(field.annotation)} | {get_origin(part) for part in get_args(field.annotation)}
    assert isinstance(extra, dict) and extra["source"] and (field.description or "").endswith(".")
    for sign in () if Literal in choice else ("too_low", "too_high"):
        assert extra[sign].endswith("."), sign


def test_prefix_tuning_cannot_recompute():
    with pytest.raises(ValidationError, match="Prefix tuning cannot recompute activations"):
        TrainSpec(method="prefix_tuning", gradient_checkpointing=True)
    assert TrainSpec(method="prefix_tuning", gradient_checkpointing=False).method == "prefix_tuning"
