"""Which of the fast ways a model can go: tried out on two short rows before the training begins."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from peft import PeftModel
from torch import Tensor, nn
from transformers import PreTrainedModel

from ft_core import generate
from ft_core.train import memory
from ft_core.train.fast import attention, layers, loss
from ft_core.train.fast.lora import FusedLinear4bit

_ROWS = (torch.arange(0, 7), torch.arange(7, 11))  # token ids that every vocabulary has
# What an architecture that nobody here has seen may raise when it is asked in a way that it does not know.
_REFUSALS = (NotImplementedError, RuntimeError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class Fast:
    """`padding_free`: rows go through the model one behind the other. `loss_in_parts`: logits are never held whole. `left`: what stays plain."""

    padding_free: bool = False
    loss_in_parts: bool = False
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        """A line for the log."""
        ways = [
            "rows without padding" if self.padding_free else "",
            "logits in parts" if self.loss_in_parts else "",
            "fused layers" + (f" but for {', '.join(self.left)}" if self.left else ""),
        ]
        return "computed with " + ", ".join(way for way in ways if way)


PLAIN = Fast()


def fasten(model: PreTrainedModel | PeftModel, unpack: bool) -> Fast:
    """Change a model about to be trained on a processor so that it computes the same sooner.

    With `unpack` it holds 4-bit weights as plain numbers, too. What does not give the numbers of the plain model, within rounding, stays
    as it was: an architecture that nobody here has seen is trained the plain way.
    """
    base = cast(PreTrainedModel, model.get_base_model() if isinstance(model, PeftModel) else model)
    training = model.training
    model.eval()
    with torch.no_grad():
        expected = torch.cat([_logits(model, row) for row in _ROWS])
        left = layers.replace(base)
        for module in base.modules():
            if unpack and isinstance(module, FusedLinear4bit):
                module.unpack()
        padding_free = not generate.soft_tokens(model) and _attends(base, model, expected)
        in_parts = loss.has_frozen_head(base) and _same(
            lambda: torch.cat([_from_states(base, row) for row in _ROWS]), expected, base.dtype
        )
    model.train(training)
    return Fast(padding_free, padding_free and in_parts, tuple(left))


def _attends(base: PreTrainedModel, model: PreTrainedModel | PeftModel, expected: Tensor) -> bool:
    """Set padding-free attention; False, and as before, where the model has no use for it."""
    before = base.config._attn_implementation or "sdpa"
    attention.register()
    try:
        base.set_attn_implementation(attention.NAME)
        with torch.random.fork_rng():
            _together(model.train())  # dropout is refused here, which the numbers of a model at rest do not show
        if _same(lambda: _together(model.eval()), expected, base.dtype):
            return True
    except _REFUSALS as error:
        if memory.ran_out(error):
            raise  # what wants smaller micro-batches is no sign of an unknown architecture
    base.set_attn_implementation(before)
    return False


def _same(compute: Callable[[], Tensor], expected: Tensor, dtype: torch.dtype) -> bool:
    try:
        return bool((compute() - expected).abs().max() <= 2 * layers.CLOSE[dtype] * expected.abs().max())
    except _REFUSALS as error:
        if memory.ran_out(error):
            raise
        return False


def _logits(model: PreTrainedModel | PeftModel, row: Tensor) -> Tensor:
    """Of one row by itself: float32 [tokens, vocabulary]."""
    return model(input_ids=row[None].to(model.device), use_cache=False).logits[0].float()


def _together(model: PreTrainedModel | PeftModel) -> Tensor:
    """Of all rows, one behind the other."""
    line = torch.cat(_ROWS)[None].to(model.device)
    places = attention.places([len(row) for row in _ROWS])
    return model(input_ids=line, use_cache=False, **places).logits[0].float()


def _from_states(base: PreTrainedModel, row: Tensor) -> Tensor:
    """Of one row, by the head from the states that it is given."""
    states = loss.states(base, input_ids=row[None].to(base.device))
    return cast(nn.Linear, base.get_output_embeddings())(states).float()
