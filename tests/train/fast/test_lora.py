"""The fused LoRA layers are peft's own in other words, and step aside for what they do not know."""

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from ft_core.train.fast import lora


def adapted(fused: bool, **changes) -> nn.Module:
    torch.manual_seed(0)
    config, base = (
        LoraConfig(r=4, lora_alpha=8, target_modules=["0", "1"], **changes),
        nn.Sequential(nn.Linear(12, 8), nn.Linear(8, 6)),
    )
    if fused:
        lora.use_in(config, base)
    model = get_peft_model(base, config)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter)
    return model


@pytest.mark.parametrize(
    "changes", [{}, {"use_rslora": True}, {"use_dora": True}, {"lora_dropout": 0.3}, {"lora_bias": True}]
)
def test_numbers_and_gradients_are_pefts(changes):
    x = torch.randn(2, 5, 12, generator=torch.Generator().manual_seed(1))
    found = []
    for fused in (False, True):
        model = adapted(fused, **changes)
        assert any(isinstance(module, lora.FusedLinear) for module in model.modules()) is fused
        given = x.clone().requires_grad_()
        torch.manual_seed(2)
        out = model(given)
        out.square().sum().backward()
        found.append([out, given.grad, *(p.grad for p in model.parameters() if p.requires_grad)])
    assert len(found[0]) == len(found[1]) >= 6
    for plain, ours in zip(*found, strict=True):
        assert torch.allclose(ours, plain, rtol=1e-4, atol=1e-4)


def test_linear_layers_of_another_kind_are_pefts():
    class Odd(nn.Linear):
        pass

    config = LoraConfig(r=4, target_modules=["0", "1"])
    base = nn.Sequential(nn.Linear(12, 8), Odd(8, 6))
    lora.use_in(config, base)
    assert not any(isinstance(module, lora.Fused) for module in get_peft_model(base, config).modules())


def test_switched_off_and_merged():
    model, x = adapted(True), torch.randn(3, 12)
    before = model(x)
    with model.disable_adapter():
        assert not torch.allclose(model(x), before)
    model.merge_adapter()
    assert torch.allclose(model(x), before, atol=1e-5)
