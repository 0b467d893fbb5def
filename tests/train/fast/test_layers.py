"""Fused layers give the numbers and gradients of those that they replace; others stay."""

import pytest
import torch
from torch import nn
from transformers.models.gemma.modeling_gemma import GemmaRMSNorm
from transformers.models.llama.modeling_llama import LlamaConfig, LlamaForCausalLM, LlamaRMSNorm

from ft_core.train.fast import layers


def small(**changes) -> LlamaForCausalLM:
    torch.manual_seed(0)
    sizes = {"vocab_size": 64, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1}
    return LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=4, num_key_value_heads=2, **changes)).eval()


@pytest.mark.parametrize(("kind", "offset"), [(LlamaRMSNorm, 0), (GemmaRMSNorm, 1)])
def test_a_norm_and_its_gradients(kind, offset):
    torch.manual_seed(0)
    norm = kind(32, eps=1e-5).double()
    nn.init.normal_(norm.weight)
    fused = layers.FusedRMSNorm(norm.weight, 1e-5, offset)
    x = torch.randn(2, 3, 32, requires_grad=True)
    weights = torch.randn(2, 3, 32)
    found = [torch.autograd.grad((one(x) * weights).sum(), (x, norm.weight)) for one in (norm, fused)]
    for plain, ours in zip(*found, strict=True):
        assert torch.allclose(ours.double(), plain.double(), atol=1e-5)


def test_a_norm_is_made_in_float32_also_where_the_rest_is_not():
    torch.manual_seed(0)
    norm, x = LlamaRMSNorm(64), torch.randn(8, 64)
    with torch.autocast("cpu", torch.bfloat16):
        found = layers.FusedRMSNorm(norm.weight, 1e-6, 0)(x)
    assert torch.allclose(found, norm(x), rtol=1e-5)


@pytest.mark.parametrize("act", ["gelu", "gelu_pytorch_tanh"])
def test_in_sixteen_bits_another_activation_is_told_by_its_kind(act):
    model = small(hidden_act=act).to(torch.bfloat16)
    for parameter in model.parameters():
        parameter.data.mul_(0.01)  # so small that rounding hides the difference
    assert layers.replace(model)[1] == ["LlamaMLP"]


def test_both_kinds_are_replaced_and_weights_keep_their_names():
    model = small()
    names = list(model.state_dict())
    assert layers.replace(model) == (4, [])
    kinds = {type(module).__name__ for module in model.modules()}
    assert {"FusedRMSNorm", "FusedGatedMLP"} <= kinds and not kinds & {"LlamaRMSNorm", "LlamaMLP"}
    assert list(model.state_dict()) == names


def test_an_mlp_with_another_activation_stays():
    model = small(hidden_act="gelu")
    assert layers.replace(model)[1] == ["LlamaMLP"]
    assert type(model.model.layers[0].mlp).__name__ == "LlamaMLP"


def test_a_norm_that_computes_something_else_stays():
    class HalfRMSNorm(LlamaRMSNorm):
        def forward(self, hidden_states):
            return super().forward(hidden_states) / 2

    model = small()
    model.model.norm = HalfRMSNorm(32)
    assert layers.replace(model)[1] == ["HalfRMSNorm"] and isinstance(model.model.norm, HalfRMSNorm)
