"""Attention over rows that stand one behind the other in a single line, without padding (padding-free, or variable-length, attention).

Registered with transformers' attention interface under NAME. A row attends to itself alone. Scores are made for a block of queries at a
time and made again on the way back, as FlashAttention does (arXiv:2205.14135), so no matrix of tokens by tokens is kept; and of the keys
only those that a block may see are multiplied. On a processor torch's own attention is slow on the way back for short rows.
"""

from functools import lru_cache
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

NAME = "padding_free"
_BLOCK = 128  # queries at a time
_UNKNOWN = ("softcap", "s_aux", "position_bias")  # changes to the scores that some architectures ask for


def register() -> None:
    """Make NAME known to transformers: `model.set_attn_implementation(NAME)`."""
    AttentionInterface.register(NAME, attention)
    AttentionMaskInterface.register(NAME, mask)


def places(lengths: list[int]) -> dict[str, Any]:
    """What a model is told of rows of these lengths in one line, by the names that transformers has for it."""
    ends = torch.tensor([0, *lengths], dtype=torch.int32).cumsum(0, dtype=torch.int32)
    return {
        "position_ids": torch.cat([torch.arange(length) for length in lengths])[None],
        "cu_seq_lens_q": ends,
        "cu_seq_lens_k": ends,
        "max_length_q": max(lengths),
        "max_length_k": max(lengths),
    }


def mask(batch_size: int, q_length: int, kv_length: int, attention_mask: Tensor | None = None, **rest: Any):
    """The mask of transformers' `sdpa`. For rows without padding, which `places` tells apart, only how far a token sees: None all of its row,
    else a scalar, int64.
    """
    packed = attention_mask is None and not rest.get("allow_is_causal_skip", True)
    if not packed:
        return sdpa_mask(batch_size, q_length, kv_length, attention_mask=attention_mask, **rest)
    window = rest.get("local_size")
    return None if window is None else torch.tensor(window)


def attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    cu_seq_lens_q: Tensor | None = None,
    sliding_window: int | None = None,
    **rest: Any,
) -> tuple[Tensor, None]:
    """`query` [1, heads, tokens, size], `key` and `value` [1, key-value heads, tokens, size] -> [1, tokens, heads, size].

    Without `cu_seq_lens_q` it is transformers' `sdpa`. Raises NotImplementedError for what changes the scores in another way, and where
    the mask was made for another window than the layer says (chunks, say).
    """
    if cu_seq_lens_q is None:
        return sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, sliding_window=sliding_window, **rest
        )  # fmt: skip
    if dropout:
        raise NotImplementedError("dropout in its attention")
    if len(query) > 1 or any(rest.get(name) is not None for name in _UNKNOWN):
        raise NotImplementedError("scores that are changed in its attention")
    if (None if attention_mask is None else attention_mask.item()) != sliding_window:
        raise NotImplementedError("a window or chunks that its attention does not tell")
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    with torch.autocast(query.device.type, enabled=False):
        lines = (tensor[0].to(value.dtype) for tensor in (query, key, value))
        result = cast(Tensor, _Attention.apply(*lines, cu_seq_lens_q.tolist(), scale, sliding_window))
    return result.unsqueeze(0), None


class _Attention(torch.autograd.Function):
    """query [heads, tokens, size], key and value [groups, tokens, size] -> [tokens, heads, size]."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, ends: list[int], scale: float, window: int | None):
        ctx.save_for_backward(query, key, value)
        ctx.rows = ends, scale, window
        heads, tokens, _ = query.shape
        result = query.new_empty(tokens, heads, value.shape[-1])
        groups = len(key)
        for rows, seen in _blocks(ends, window):
            weights = _weights(_grouped(query[:, rows], groups), key[:, seen], rows, seen, scale, window)
            found = torch.bmm(weights, value[:, seen]).view(heads, -1, value.shape[-1])
            result[rows] = found.transpose(0, 1)
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor):
        (gradient,) = gradients
        query, key, value = ctx.saved_tensors
        ends, scale, window = ctx.rows
        groups, heads = len(key), len(query)
        of_query, of_key, of_value = _zeros_like(query), _zeros_like(key), _zeros_like(value)
        for rows, seen in _blocks(ends, window):
            asked = _grouped(query[:, rows], groups)
            weights = _weights(asked, key[:, seen], rows, seen, scale, window)
            out = _grouped(gradient[rows].transpose(0, 1), groups)
            of_value[:, seen].baddbmm_(weights.transpose(1, 2), out)
            of_weights = torch.bmm(out, value[:, seen].transpose(1, 2))
            # Of softmax: each weight times how far its gradient is above the mean that the weights give.
            of_scores = of_weights.mul_(weights)
            of_scores.addcmul_(weights, of_scores.sum(-1, keepdim=True), value=-1)
            of_query[:, rows] = torch.bmm(of_scores, key[:, seen]).mul_(scale).view(heads, -1, query.shape[-1])
            of_key[:, seen].baddbmm_(of_scores.transpose(1, 2), asked, alpha=scale)
        return of_query, of_key, of_value, None, None, None


def _blocks(ends: list[int], window: int | None):
    """Slices of queries and of the keys that they may see."""
    for begin, end in zip(ends, ends[1:], strict=False):
        for first in range(begin, end, _BLOCK):
            last = min(first + _BLOCK, end)
            yield slice(first, last), slice(begin if window is None else max(begin, first - window + 1), last)


def _grouped(tensor: Tensor, groups: int) -> Tensor:
    """[heads, n, size] -> [groups, heads // groups * n, size]: the heads that share their keys stand below each other."""
    return tensor.reshape(groups, -1, tensor.shape[-1])


def _weights(asked: Tensor, key: Tensor, rows: slice, seen: slice, scale: float, window: int | None) -> Tensor:
    """How much each query takes of each value: float [groups, queries, keys], 0 for those it may not see."""
    scores = torch.baddbmm(asked.new_empty(1), asked, key.transpose(1, 2), beta=0, alpha=scale)
    count, keys = rows.stop - rows.start, seen.stop - seen.start
    hidden = _hidden(count, count if window is None else keys, window, scores.device)
    scores.view(-1, count, keys)[..., keys - hidden.shape[1] :].masked_fill_(hidden, float("-inf"))
    return torch.softmax(scores, -1, dtype=torch.float32).to(scores.dtype)


@lru_cache(maxsize=128)
def _hidden(count: int, keys: int, window: int | None, device: torch.device) -> Tensor:
    """True where the last `count` of `keys` tokens may not see a key; bool [count, keys]."""
    distance = torch.arange(count, device=device)[:, None] + (keys - count) - torch.arange(keys, device=device)
    return distance < 0 if window is None else (distance < 0) | (distance >= window)


def _zeros_like(tensor: Tensor) -> Tensor:
    """Zeros, in memory as projections give their results: token by token."""
    heads, tokens, size = tensor.shape
    return tensor.new_zeros(tokens, heads, size).transpose(0, 1)
