"""The form of a training's settings."""

import pytest

from ft_core.errors import FTError
from ft_core.settings import trackers
from ft_core.settings.methods import METHODS, used_by
from ft_core.settings.train import TrainSpec
from ft_core.ui.training import form


def test_eight_with_the_base_model_matter_for_every_method():
    for method in METHODS:
        assert len([name for name in form.MAIN if used_by(method, name)]) in (6, 7), method


@pytest.mark.parametrize("method", METHODS)
def test_what_is_filled_in_is_what_comes_out(method):
    spec = TrainSpec(method=method, epochs=2, seed=7)
    shown = [update["value"] for update in form.filled(spec, None)]
    assert form.training_of(tuple(shown), None) == spec
    assert [update["visible"] for update in form.filled(spec, None)] == [
        form.belongs(name, method, None) for name in form.NAMES
    ]


def test_settings_that_do_not_go_together_are_told():
    values = dict(zip(form.NAMES, [TrainSpec.model_fields[name].default for name in form.NAMES], strict=True))
    with pytest.raises(FTError, match="cannot begin with pissa"):
        form.training_of(tuple((values | {"initialisation": "pissa"}).values()), None)


def test_a_method_is_described_in_words():
    side_by_side = form.methods()
    assert list(side_by_side["Method"]) == [info.title for info in METHODS.values()]
    for method, info in METHODS.items():
        assert info.title in form.about(method) and info.source in form.about(method)
        assert "LoRA rank" in set(form.explained(method, None, {})["Setting"]) or not used_by(method, "lora_rank")


def test_settings_of_pairs_are_shown_for_pairs_alone():
    assert form.belongs("preference_beta", "lora", "preference") and not form.belongs("preference_beta", "lora", "chat")
    assert form.belongs("epochs", "lora", None) and not form.belongs("lora_rank", "full", "preference")


def test_only_trackers_that_are_here_are_offered(monkeypatch):
    monkeypatch.setattr(trackers, "missing", lambda: ["trackio", "wandb"])
    [component] = form._inputs(("report_to",))
    assert [value for _, value in component.choices] == ["none", "tensorboard"]
    assert "pip install trackio wandb" in component.info
