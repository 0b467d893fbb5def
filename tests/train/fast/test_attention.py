"""Padding-free attention gives what torch's own gives of each row by itself, and so do its gradients."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from ft_core.train.fast import attention

LENGTHS = [1, 130, 7, 300]


def lines(dtype: torch.dtype = torch.float64) -> list[torch.Tensor]:
    """Query of 4 heads, key and value of 2: [1, heads, tokens, 16], in memory as projections leave them."""
    torch.manual_seed(0)
    made = [torch.randn(1, sum(LENGTHS), heads, 16, dtype=dtype).transpose(1, 2) for heads in (4, 2, 2)]
    return [tensor.requires_grad_() for tensor in made]


def one_by_one(query, key, value, window: int | None) -> torch.Tensor:
    found = []
    ends = torch.tensor([0, *LENGTHS]).cumsum(0).tolist()
    for begin, end in zip(ends, ends[1:], strict=False):
        distance = torch.arange(end - begin)[:, None] - torch.arange(end - begin)
        seen = (distance >= 0) & (distance < (window or end))
        row = [tensor[:, :, begin:end] for tensor in (query, key, value)]
        found.append(functional.scaled_dot_product_attention(*row, attn_mask=seen, scale=0.3, enable_gqa=True))
    return torch.cat(found, dim=2).transpose(1, 2)


def mask_for(window: int | None) -> torch.Tensor | None:
    tokens = sum(LENGTHS)
    return attention.mask(1, tokens, tokens, allow_is_causal_skip=False, local_size=window)


@pytest.mark.parametrize("window", [None, 5, 128, 200])
def test_as_each_row_by_itself(window):
    tensors = lines()
    expected = one_by_one(*tensors, window)
    weights = torch.randn_like(expected)
    of_each = torch.autograd.grad((expected * weights).sum(), tensors)
    told = attention.places(LENGTHS)
    found, _ = attention.attention(
        nn.Module(), *tensors, mask_for(window), scaling=0.3, cu_seq_lens_q=told["cu_seq_lens_q"], sliding_window=window
    )
    # The softmax is made in float32, whatever the tensors are.
    assert torch.allclose(found, expected, atol=1e-6)
    for ours, theirs in zip(torch.autograd.grad((found * weights).sum(), tensors), of_each, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize(("made_for", "told"), [(5, None), (5, 6), (None, 5)])
def test_refuses_a_window_that_mask_and_layer_do_not_share(made_for, told):
    ends = attention.places(LENGTHS)["cu_seq_lens_q"]
    with pytest.raises(NotImplementedError, match="window"):
        attention.attention(nn.Module(), *lines(), mask_for(made_for), cu_seq_lens_q=ends, sliding_window=told)


def test_places_are_those_of_each_row():
    told = attention.places([3, 2])
    assert told["position_ids"].tolist() == [[0, 1, 2, 0, 1]] and told["cu_seq_lens_q"].tolist() == [0, 3, 5]
    assert told["max_length_q"] == told["max_length_k"] == 3


@pytest.mark.parametrize("asked", [{"dropout": 0.1}, {"softcap": 50.0}, {"s_aux": torch.ones(4)}])
def test_refuses_what_changes_the_scores(asked):
    with pytest.raises(NotImplementedError):
        attention.attention(
            nn.Module(), *lines(), None, cu_seq_lens_q=attention.places(LENGTHS)["cu_seq_lens_q"], **asked
        )
