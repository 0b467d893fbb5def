"""The form and the settings say the same."""

import gradio as gr
import pytest

from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from ft_core.settings.methods import used_by
from ft_core.settings.share import ShareSpec
from ft_core.settings.train import TrainSpec
from ft_core.ui import fields
from ft_core.ui.training.form import EVERYTHING, MAIN

NAMES = tuple(TrainSpec.model_fields)
QLORA = tuple(name for name in NAMES if used_by("qlora", name))


def test_every_training_setting_is_in_the_form_once():
    assert sorted(MAIN + EVERYTHING) == sorted(NAMES)


@pytest.mark.parametrize("spec", [TrainSpec, SplitSpec, ShareSpec])
def test_an_untouched_form_is_the_default_settings(spec):
    names = tuple(spec.model_fields) if spec is not TrainSpec else QLORA
    shown = [component.value for component in fields.inputs(spec, names, "x")]
    assert fields.collect(spec, names, shown) == spec()


def test_changed_values_arrive():
    changed = TrainSpec(
        epochs=2.5,
        learning_rate=1e-4,
        batch_size=8,
        lora_rank=4,
        lora_alpha=9,
        max_length=64,
        seed=7,
        micro_batch_size=2,
        threads=3,
    )
    assert fields.collect(TrainSpec, QLORA, [getattr(changed, name) for name in QLORA]) == changed


def test_an_input_tells_what_its_field_tells():
    field = TrainSpec.model_fields["lora_rank"]
    component = fields.component(field, "training-lora-rank")
    assert isinstance(component, gr.Number)
    assert (component.label, component.value, component.elem_id) == ("LoRA rank", 16, "training-lora-rank")
    assert component.precision is None, "half a rank is told, not rounded away"
    assert (
        component.info
        == f"{field.description} Too low: cannot learn all of a hard task. Too high: more memory, learns by heart sooner. 1 to 256."
    )


def test_a_switch_tells_what_off_and_on_mean():
    component = fields.component(TrainSpec.model_fields["fused"], "training-fused")
    assert isinstance(component, gr.Checkbox) and "Too low" not in component.info
    assert " Off: " in component.info or " On: " in component.info


def test_a_setting_that_may_be_left_out_shows_0_for_it():
    component = fields.component(TrainSpec.model_fields["threads"], "training-threads")
    assert isinstance(component, gr.Number) and component.value == 0 and component.info.endswith("0: left out.")
    assert fields.collect(TrainSpec, ("threads", "lora_rank"), (0, 16)).threads is None
    with pytest.raises(FTError, match="whole number"):
        fields.collect(TrainSpec, ("lora_rank",), (3.5,))


def test_all_wrong_settings_are_named_by_their_labels():
    values = [
        0 if name == "epochs" else 999 if name == "lora_rank" else TrainSpec.model_fields[name].default
        for name in QLORA
    ]
    with pytest.raises(FTError) as caught:
        fields.collect(TrainSpec, QLORA, values)
    assert caught.value.code == "settings.invalid"
    assert "Epochs" in caught.value.fix and "LoRA rank" in caught.value.fix


def test_settings_that_do_not_go_together_are_named_by_their_labels():
    with pytest.raises(FTError, match="QLoRA cannot begin with pissa") as caught:
        fields.collect(TrainSpec, ("method", "initialisation"), ("qlora", "pissa"))
    assert caught.value.fix == "Change Method, Initialisation."


def test_an_emptied_input_is_told_unless_the_setting_may_be_left_out():
    values = [None if name in ("threads", "batch_size") else TrainSpec.model_fields[name].default for name in NAMES]
    with pytest.raises(FTError, match="Batch size") as caught:
        fields.collect(TrainSpec, NAMES, values)
    assert "Threads" not in caught.value.fix
