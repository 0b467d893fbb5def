"""The loss in parts is the loss of all logits at once."""

import torch
from torch import nn
from torch.nn import functional

from ft_core.train.fast import loss


def test_losses_right_guesses_and_gradients(monkeypatch):
    monkeypatch.setattr(loss, "LOGITS_AT_ONCE", 3 * 50)  # three tokens at a time
    torch.manual_seed(0)
    head = nn.Linear(16, 50, bias=True).requires_grad_(False)
    states = torch.randn(10, 16, requires_grad=True)
    targets, weights = torch.randint(0, 50, (10,)), torch.rand(10)
    logits = head(states)
    expected = functional.cross_entropy(logits, targets, reduction="none")
    losses, right = loss.learnt_losses(states, head, targets)
    assert torch.allclose(losses, expected, atol=1e-6) and torch.equal(right, logits.argmax(-1) == targets)
    ours, plain = (torch.autograd.grad((each * weights).sum(), states)[0] for each in (losses, expected))
    assert torch.allclose(ours, plain, atol=1e-6)
    assert not right.requires_grad


def test_without_gradients():
    head = nn.Linear(4, 5).requires_grad_(False)
    with torch.no_grad():
        losses, _ = loss.learnt_losses(torch.randn(3, 4), head, torch.tensor([0, 1, 2]))
    assert losses.shape == (3,) and not losses.requires_grad
