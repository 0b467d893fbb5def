"""Which of the fast ways a model can go: tried out on two short rows before the training begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from peft import PeftModel
from torch import Tensor, nn
from transformers import PreTrainedModel

from ft_core import generate
from ft_core.train import memory
from ft_core.train.fast import attention, layers, loss
from ft_core.train.fast.lora import Fused, FusedLinear4bit

_ROWS = (torch.arange(0, 7), torch.arange(7, 11))  # token ids that every vocabulary has
# What an architecture that nobody here has seen may raise when it is asked in a way that it does not know.
_REFUSALS = (NotImplementedError, RuntimeError, TypeError, ValueError, AttributeError, LookupError)


@dataclass(frozen=True)
class Fast:
    """`padding_free`: rows go through the model one behind the other, else `why_padded` says why not. `loss_in_parts`: logits are never held whole.

    `fused`: layers have their way back written out, all kinds but those `left`.
    """

    padding_free: bool = False
    loss_in_parts: bool = False
    fused: bool = False
    left: tuple[str, ...] = ()
    why_padded: str = ""

    def __str__(self) -> str:
        """A line for the log."""
        ways = [
            "rows without padding" if self.padding_free else "",
            "logits in parts" if self.loss_in_parts else "",
            "fused layers" + (f" but for {', '.join(self.left)}" if self.left else "") if self.fused else "",
        ]
        way = "with " + ", ".join(way for way in ways if way) if any(ways) else "by the libraries' own layers"
        return f"computed {way}" + (f"; rows are padded: {self.why_padded}" if self.why_padded else "")


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
        adapters = [module for module in base.modules() if isinstance(module, Fused)]
        _set_aside(adapters, True)
        expected = torch.cat([_logits(model, row) for row in _ROWS])
        _set_aside(adapters, False)
        left = []
        if adapters and not _same(lambda: torch.cat([_logits(model, row) for row in _ROWS]), expected, base.dtype):
            _set_aside(adapters, True)
            left.append("the adapters")
        replaced, kinds = layers.replace(base)
        for module in adapters:
            if unpack and isinstance(module, FusedLinear4bit) and not module.aside:
                module.unpack()
        why_padded = (
            "a soft prompt stands before each" if generate.soft_tokens(model) else _attends(base, model, expected)
        )
        in_parts = loss.has_frozen_head(base) and _same(
            lambda: torch.cat([_from_states(base, row) for row in _ROWS]), expected, base.dtype
        )
    model.train(training)
    fused = bool(replaced or any(not module.aside for module in adapters))
    return Fast(not why_padded, not why_padded and in_parts, fused, (*left, *kinds), why_padded)


def _set_aside(adapters: Sequence[Fused], aside: bool) -> None:
    for module in adapters:
        module.aside = aside


def _attends(base: PreTrainedModel, model: PreTrainedModel | PeftModel, expected: Tensor) -> str:
    """Set padding-free attention; or leave it as before and say why."""
    before = base.config._attn_implementation or "sdpa"
    attention.register()
    try:
        base.set_attn_implementation(attention.NAME)
        if base.config._attn_implementation != attention.NAME:
            return "its attention cannot be exchanged"
        with torch.random.fork_rng():
            _together(model.train())  # dropout is refused here, which the numbers of a model at rest do not show
        if _same(lambda: _together(model.eval()), expected, base.dtype):
            return ""
        why = "without padding it gives other numbers"
    except _REFUSALS as error:
        if memory.ran_out(error):
            raise  # what wants smaller micro-batches is no sign of an unknown architecture
        known = isinstance(error, NotImplementedError)
        why = (str(error) if known else f"{type(error).__name__}: {error}").partition("\n")[0]
    base.set_attn_implementation(before)
    return why


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
