"""The loss of learnt tokens from the last layer's states, with the logits of a few tokens at a time and never of all."""

from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ft_core.fit.memory import LOGITS_AT_ONCE

# What some architectures do to their logits; in 16 bits small logits are hardly changed by it.
_CHANGES = ("final_logit_softcapping", "logit_scale", "logits_scaling")


def has_frozen_head(model: PreTrainedModel) -> bool:
    """True when logits are one linear layer on the last states, and it does not learn."""
    head = model.get_output_embeddings()
    changed = any(getattr(model.config, name, None) not in (None, 1) for name in _CHANGES)
    return type(head) is nn.Linear and not changed and not any(part.requires_grad for part in head.parameters())


def states(model: PreTrainedModel, **inputs: Any) -> Tensor:
    """The last layer's states of the first row, float [tokens, hidden]."""
    return model.get_decoder()(use_cache=False, **inputs).last_hidden_state[0]


def learnt_losses(states: Tensor, head: nn.Linear, targets: Tensor) -> tuple[Tensor, Tensor]:
    """`states` [tokens, hidden], `targets` int64 [tokens] -> negative log-likelihoods in nats, float32 [tokens], and where the likeliest token was right, bool.

    The head must be frozen: gradients are made for the states alone, on the way there (as Liger does, arXiv:2410.10989).
    """
    with torch.autocast(states.device.type, enabled=False):
        return cast("tuple[Tensor, Tensor]", _LearntLosses.apply(states, head.weight, head.bias, targets))


class _LearntLosses(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor, bias: Tensor | None, targets: Tensor):
        losses = states.new_empty(len(states), dtype=torch.float32)
        right = torch.empty(len(states), dtype=torch.bool, device=states.device)
        of_states = torch.empty_like(states) if ctx.needs_input_grad[0] else None
        for part in torch.arange(len(states), device=states.device).split(max(1, LOGITS_AT_ONCE // len(weight))):
            rows = slice(int(part[0]), int(part[-1]) + 1)
            logits = nn.functional.linear(states[rows].to(weight.dtype), weight, bias).float()
            wanted = targets[rows, None]
            right[rows] = logits.argmax(-1) == targets[rows]
            total = logits.logsumexp(-1, keepdim=True)
            losses[rows] = (total - logits.gather(1, wanted)).squeeze(1)
            if of_states is not None:
                share = logits.sub_(total).exp_()
                share.scatter_add_(1, wanted, share.new_full((1, 1), -1.0).expand_as(wanted))
                of_states[rows] = share.to(weight.dtype) @ weight
        if of_states is not None:
            ctx.save_for_backward(of_states)
        ctx.mark_non_differentiable(right)
        return losses, right

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor):
        (of_states,) = ctx.saved_tensors
        return of_states * gradients[0].unsqueeze(1).to(of_states.dtype), None, None, None
