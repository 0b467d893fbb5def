"""RMSNorm and gated MLP with their way back written out, in place of a model's own where they compute the same."""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.activations import SiLUActivation

from ft_core.train.fast.lora import Fused, GatedLinear, gated_gradients

CLOSE = {
    torch.float32: 1e-5,
    torch.bfloat16: 2e-2,
    torch.float16: 5e-3,
}  # of the largest value, for two ways to the same numbers
_GATED = {"gate_proj", "up_proj", "down_proj", "act_fn"}
_SILU = (nn.SiLU, SiLUActivation)


class FusedRMSNorm(nn.Module):
    """x / sqrt(mean(x^2) + eps) * (weight + offset), computed in float32 (arXiv:1910.07467); Gemma's offset is 1."""

    def __init__(self, weight: nn.Parameter, eps: float, offset: int) -> None:
        super().__init__()
        self.weight, self.eps, self.offset = weight, eps, offset

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            return cast(Tensor, _RMSNorm.apply(x, self.weight, self.eps, self.offset))


class _RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float, offset: int) -> Tensor:
        wide = x.float()
        scale = (torch.linalg.vecdot(wide, wide) / x.shape[-1]).add_(eps).rsqrt_().unsqueeze(-1)
        ctx.save_for_backward(x, weight, scale)
        ctx.offset = offset
        return (wide * scale).mul_(weight.float() + offset).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor):
        x, weight, scale = ctx.saved_tensors
        gradient, wide = gradients[0].float(), x.float()
        of_weight = None
        if ctx.needs_input_grad[1]:
            of_weight = (gradient * wide).mul_(scale).flatten(0, -2).sum(0).to(weight.dtype)
        inner = gradient * (weight.float() + ctx.offset)
        along = torch.linalg.vecdot(inner, wide).unsqueeze(-1) * scale.pow(3) / x.shape[-1]
        return inner.mul_(scale).addcmul_(wide, along, value=-1).to(x.dtype), of_weight, None, None


class FusedGatedMLP(nn.Module):
    """down(silu(gate(x)) * up(x)) (arXiv:2002.05202)."""

    def __init__(self, mlp: Any) -> None:
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = mlp.gate_proj, mlp.up_proj, mlp.down_proj

    def forward(self, x: Tensor) -> Tensor:
        gate, up = cast(Any, self.gate_proj)(x), cast(Any, self.up_proj)(x)
        adapted = self.down_proj.parts(gate) if isinstance(self.down_proj, Fused) else None
        if adapted is None:
            return cast(Any, self.down_proj)(cast(Tensor, _Gated.apply(gate, up)))
        with torch.autocast(x.device.type, enabled=False):
            return cast(Tensor, GatedLinear.apply(gate, up, *adapted))


class _Gated(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, gate: Tensor, up: Tensor) -> Tensor:
        ctx.save_for_backward(gate, up)
        return functional.silu(gate).mul_(up)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor):
        gate, up = ctx.saved_tensors
        return gated_gradients(gate, up, gradients[0])


def replace(model: PreTrainedModel) -> tuple[int, list[str]]:
    """Put both in place of the model's own, each after it gave the same numbers; returns how many, and the kinds that are left as they are."""
    replaced, left = 0, set[str]()
    for name, module in list(model.named_modules()):
        if type(module).__name__.endswith("RMSNorm"):
            candidates = _norms(module)
            width = candidates[0].weight.shape[-1] if candidates else 0
        elif {name for name, _ in module.named_children()} == _GATED:
            # Rounded to 16 bits, other activations can be as close to silu as rounding is.
            candidates = [FusedGatedMLP(cast(Any, module))] if isinstance(module.act_fn, _SILU) else []
            width = cast(Any, module).gate_proj.in_features
        else:
            continue
        made: nn.Module | None = next((one for one in candidates if _same(module, one, width, model.dtype)), None)
        if made is None:
            left.add(type(module).__name__)
        else:
            model.set_submodule(name, made)
            replaced += 1
    return replaced, sorted(left)


def _norms(module: Any) -> list[FusedRMSNorm]:
    """What may stand in a norm's place."""
    eps, weight = getattr(module, "variance_epsilon", getattr(module, "eps", None)), getattr(module, "weight", None)
    if not isinstance(weight, nn.Parameter) or not isinstance(eps, float) or weight.ndim != 1:
        return []
    return [FusedRMSNorm(weight, eps, offset) for offset in (0, 1)]


@torch.no_grad()
def _same(module: nn.Module, made: nn.Module, width: int, dtype: torch.dtype) -> bool:
    """True when both compute the same of some numbers."""
    x = torch.linspace(-2, 2, 3 * width, device=next(module.parameters()).device).view(1, 3, width).to(dtype)
    expected, found = module(x), made(x)
    return bool((expected - found).abs().max() <= CLOSE[dtype] * expected.abs().max())
