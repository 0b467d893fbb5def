"""LoRA layers that add to the frozen layer's result in place, keep their input once, and unpack 4-bit weights at most once.

They stand in for peft's own through peft's interface for custom layers. What they do not know (dropout, DoRA, several adapters at once,
merged weights) goes peft's way, so they are right for every adapter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from bitsandbytes.functional import dequantize_4bit
from bitsandbytes.nn import Linear4bit
from peft import LoraConfig
from peft.tuners import lora
from peft.tuners.lora.bnb import Linear4bit as Lora4bit
from torch import Tensor, nn
from torch.nn import functional


def use_in(config: LoraConfig, base: nn.Module) -> None:
    """Let adapters of this configuration on `base` be made of the layers below.

    Not where it holds linear layers of another kind (of 8 bits, say): peft would take them for plain ones.
    """
    kinds = {type(module) for module in base.modules() if isinstance(module, nn.Linear)}
    if kinds <= {nn.Linear, Linear4bit}:
        config._register_custom_module({Linear4bit: FusedLinear4bit, nn.Linear: FusedLinear})


@dataclass(frozen=True)
class Parts:
    """x W' + b + s (x A') B' without A [rank, inputs] and B [outputs, rank], which learn.

    `dense` gives the frozen W [outputs, inputs] of `dtype`, b is `bias`, s `scaling`.
    """

    dense: Callable[[], Tensor]
    dtype: torch.dtype
    bias: Tensor | None
    scaling: float

    def forward(self, x: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """`x` [tokens, inputs] -> the result [tokens, outputs], and x A'."""
        middle = x @ a.to(x.dtype).T
        return functional.linear(x, self.dense(), self.bias).addmm_(middle, b.to(x.dtype).T, alpha=self.scaling), middle

    def backward(
        self, gradient: Tensor, x: Tensor, middle: Tensor, a: Tensor, b: Tensor, of_x: bool
    ) -> tuple[Tensor | None, Tensor, Tensor]:
        """The gradients of x, where `of_x` asks for it, of A and of B."""
        of_middle = (gradient @ b.to(x.dtype)).mul_(self.scaling)
        of_a, of_b = of_middle.T @ x, (gradient.T @ middle).mul_(self.scaling)
        found = (gradient @ self.dense()).addmm_(of_middle, a.to(x.dtype)) if of_x else None
        return found, of_a.to(a.dtype), of_b.to(b.dtype)


class Fused:
    """What both layers below share. One that is `aside` computes as peft does."""

    aside = False

    def parts(self: Any, x: Tensor) -> tuple[Parts, Tensor, Tensor] | None:
        """What is computed of `x`, with A and B; None for what is left to peft."""
        name, layer = self.active_adapters[0] if len(self.active_adapters) == 1 else None, self.base_layer
        known = (
            not self.aside
            and name in self.lora_A
            and name not in self.lora_variant
            and not self.disable_adapters
            and not self.merged
        )
        if not known or not isinstance(self.lora_dropout[name], nn.Identity) or self.lora_bias[name]:
            return None
        if (
            x.device.type != "cpu"
            or layer.weight.requires_grad
            or (layer.bias is not None and layer.bias.requires_grad)
        ):
            return None
        return (
            Parts(self.dense, self.dense_dtype, layer.bias, self.scaling[name]),
            self.lora_A[name].weight,
            self.lora_B[name].weight,
        )

    def forward(self: Any, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        parts = None if args or kwargs else self.parts(x)
        if parts is None:
            return super().forward(x, *args, **kwargs)  # type: ignore[misc]
        with torch.autocast(x.device.type, enabled=False):
            return cast(Tensor, _AdaptedLinear.apply(x, *parts))


class FusedLinear(Fused, lora.Linear):
    """On a layer whose weights are plain numbers."""

    @property
    def dense_dtype(self) -> torch.dtype:
        return self.dense().dtype

    def dense(self) -> Tensor:
        return cast(Tensor, self.base_layer.weight)


class FusedLinear4bit(Fused, Lora4bit):
    """On a layer whose weights are 4 bits each; `unpack` holds them as plain numbers beside those."""

    unpacked: Tensor | None = None

    @property
    def dense_dtype(self) -> torch.dtype:
        return cast(torch.dtype, cast(Any, self.base_layer).compute_dtype)

    def unpack(self) -> None:
        self.unpacked = self.dense()

    def dense(self) -> Tensor:
        if self.unpacked is not None:
            return self.unpacked
        layer = cast(Any, self.base_layer)
        return dequantize_4bit(layer.weight.data, layer.weight.quant_state).to(self.dense_dtype)


class _AdaptedLinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, parts: Parts, a: Tensor, b: Tensor) -> Tensor:
        rows = x.reshape(-1, x.shape[-1]).to(parts.dtype)
        result, middle = parts.forward(rows, a, b)
        ctx.save_for_backward(rows, middle, a, b)
        ctx.parts, ctx.shape, ctx.dtype = parts, x.shape, x.dtype
        return result.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor):
        rows, middle, a, b = ctx.saved_tensors
        gradient = gradients[0].reshape(len(rows), -1).to(rows.dtype)
        of_x, of_a, of_b = ctx.parts.backward(gradient, rows, middle, a, b, ctx.needs_input_grad[0])
        return None if of_x is None else of_x.view(ctx.shape).to(ctx.dtype), None, of_a, of_b


class GatedLinear(torch.autograd.Function):
    """An adapted layer of silu(gate) * up (arXiv:2002.05202), whose product is not kept but made again on the way back."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, up: Tensor, parts: Parts, a: Tensor, b: Tensor) -> Tensor:
        product = functional.silu(gate).mul_(up)
        result, middle = parts.forward(product.view(-1, gate.shape[-1]), a, b)
        ctx.save_for_backward(gate, up, middle, a, b)
        ctx.parts = parts
        return result.view(*gate.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor):
        gate, up, middle, a, b = ctx.saved_tensors
        rows = functional.silu(gate).mul_(up).view(-1, gate.shape[-1])
        gradient = gradients[0].reshape(len(rows), -1).to(rows.dtype)
        of_product, of_a, of_b = ctx.parts.backward(gradient, rows, middle, a, b, True)
        return *gated_gradients(gate, up, of_product.view(gate.shape)), None, of_a, of_b


def gated_gradients(gate: Tensor, up: Tensor, gradient: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of gate and up from that of silu(gate) * up."""
    share = torch.sigmoid(gate)
    active = gate * share
    slope = (share + active).addcmul_(active, share, value=-1)  # of silu: share + silu (1 - share)
    return slope.mul_(gradient).mul_(up), active.mul_(gradient)
