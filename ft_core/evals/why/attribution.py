"""Which prompt tokens an answer leaned on: integrated gradients on the embeddings (Sundararajan et al. 2017, arXiv:1703.01365)."""

from collections.abc import Sequence
from typing import Any

import torch

from ft_core.generate import Model
from ft_core.generate.batches import behind_soft_prompt, longer, positions


def attribute(
    model: Model, prompt: Sequence[int], answer: Sequence[int], filler: int, steps: int = 64
) -> dict[str, Any]:
    """How much each prompt token adds to log p(answer | prompt), in nats, against a prompt of `filler` tokens alone.

    `tokens`: one number a prompt token; `actual` and `filled`: log p of the answer after the prompt and after the filler;
    `gap`: |sum of `tokens` - (actual - filled)|, which is 0 for infinitely many `steps` (completeness); `steps`: points on the path
    (midpoint rule). Raises ValueError for a filler whose embedding is zero, as that of a padding token often is: root mean square layers
    jump there, and the sum stays wrong however many steps there are.
    Time and memory grow with the length of prompt and answer; the model stays in eval mode while asked.
    """
    training = model.training
    model.eval()
    try:
        table = model.get_input_embeddings()
        row = torch.tensor([[*prompt, *answer]], device=model.device)
        blank = row.clone()
        blank[:, : len(prompt)] = filler
        with torch.no_grad():
            if not table(blank[:, :1]).any():
                raise ValueError(f"The embedding of filler token {filler} is zero.")
            end, start = table(row), table(blank)
            actual, filled = (float(_log_p(model, states, answer)) for states in (end, start))
        total = torch.zeros_like(end, dtype=torch.float64)
        for step in range(steps):
            states = torch.lerp(start, end, (step + 0.5) / steps).requires_grad_()
            with torch.enable_grad():
                total += torch.autograd.grad(_log_p(model, states, answer), states)[0].double()
        tokens = ((end - start).double() * total / steps).sum(-1)[0, : len(prompt)]
    finally:
        model.train(training)
    gap = abs(float(tokens.sum()) - (actual - filled))
    return {"tokens": tokens.tolist(), "actual": actual, "filled": filled, "gap": gap, "steps": steps}


def _log_p(model: Model, states: torch.Tensor, answer: Sequence[int]) -> torch.Tensor:
    """log p of the answer, whose embeddings end `states` [1, tokens, width]."""
    network, width, cache = behind_soft_prompt(model, 1)
    seen = longer(torch.ones(states.shape[:2], dtype=torch.long, device=states.device), width)
    output = network(
        inputs_embeds=states,
        attention_mask=seen,
        position_ids=positions(seen)[:, width:],
        past_key_values=cache,
        use_cache=cache is not None,
        logits_to_keep=len(answer) + 1,
    )
    likely = output.logits[0, :-1].float().log_softmax(-1)
    return likely.gather(1, torch.tensor(answer, device=states.device)[:, None]).sum()
