"""full: what learns, and where it begins."""

import torch

from ft_core.train.methods import full


def test_everything_learns_in_float32(load):
    model = full.adapt(load().to(torch.bfloat16).requires_grad_(False))
    assert all(p.requires_grad and p.dtype == torch.float32 for p in model.parameters())
