"""adapt: what learns, and where it begins."""

import pytest
import torch
from torch import nn

from ft_core.errors import FTError
from ft_core.settings.methods import METHODS, WHOLE_MODEL, in_four_bits
from ft_core.settings.train import TrainSpec
from ft_core.train.methods.adapt import adapt


@pytest.mark.parametrize("method", METHODS)
def test_what_learns_is_float32_and_an_adapter_has_little_effect_yet(load, method):
    spec = TrainSpec(method=method)
    base = load(in_four_bits(method, spec.four_bit))
    whole = sum(p.numel() for p in load().parameters())
    model = adapt(base, spec)
    learning = [p for p in model.parameters() if p.requires_grad]
    assert learning and all(p.dtype == torch.float32 for p in learning)
    assert (sum(p.numel() for p in learning) < whole / 2) == (method not in WHOLE_MODEL)


def test_a_model_without_a_place_for_the_method_is_refused_in_words(load):
    class Odd(type(load())):  # the same model by a name that peft has no table for
        pass

    base = load()
    base.__class__ = Odd
    base.config.model_type = "odd"
    for block in base.model.layers:
        block.self_attn.k_proj = nn.Identity()
    with pytest.raises(FTError, match="IA3 finds nothing to change") as caught:
        adapt(base, TrainSpec(method="ia3"))
    assert caught.value.code == "model.no_place"
