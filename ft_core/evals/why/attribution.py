"""Which prompt tokens an answer leaned on: integrated gradients on the embeddings (Sundararajan et al. 2017, arXiv:1703.01365), by captum."""

from collections.abc import Sequence
from typing import Any

import torch
from captum.attr import IntegratedGradients

from ft_core.generate import Model
from ft_core.generate.batches import behind_soft_prompt, longer, positions

_TOKENS_AT_ONCE = 4096  # of all points of the path that are computed together


def attribute(
    model: Model, prompt: Sequence[int], answer: Sequence[int], places: Sequence[int], filler: int, steps: int = 48
) -> dict[str, Any]:
    """How much each prompt token at `places` adds to log p(answer | prompt), in nats, against a prompt with `filler` tokens there.

    `tokens`: one number a place; `actual` and `filled`: log p of the answer after the prompt as it is and as filled; `gap`:
    |sum of `tokens` - (actual - filled)|, which is 0 for infinitely many `steps` on the path (completeness). Raises ValueError for a
    filler whose embedding is zero, as that of a padding token often is: root mean square layers jump there, and the sum stays wrong
    however many steps there are. Time and memory grow with the length of prompt and answer; the model stays in eval mode while asked.
    """
    training = model.training
    model.eval()
    try:
        table = model.get_input_embeddings()
        row = torch.tensor([[*prompt, *answer]], device=model.device)
        blank = row.clone()
        blank[0, list(places)] = filler
        with torch.no_grad():
            if not table(blank.new_tensor([[filler]])).any():
                raise ValueError(f"The embedding of filler token {filler} is zero.")
            end, start = table(row).float(), table(blank).float()
            actual, filled = (float(_log_p(model, states, answer)) for states in (end, start))
        # Points at equal distances: the kinks of a network upset the quadrature that captum takes by itself, and more points do not mend it.
        found = IntegratedGradients(lambda states: _log_p(model, states, answer)).attribute(
            end,
            start,
            n_steps=steps,
            method="riemann_middle",
            internal_batch_size=max(1, _TOKENS_AT_ONCE // row.shape[1]),
        )
        tokens = found.double().sum(-1)[0, list(places)]
    finally:
        model.train(training)
    gap = abs(float(tokens.sum()) - (actual - filled))
    return {"tokens": tokens.tolist(), "actual": actual, "filled": filled, "gap": gap, "steps": steps}


def _log_p(model: Model, states: torch.Tensor, answer: Sequence[int]) -> torch.Tensor:
    """log p of the answer, whose embeddings end each row of `states` [rows, tokens, width]: float32 [rows]."""
    network, width, cache = behind_soft_prompt(model, len(states))
    seen = longer(torch.ones(states.shape[:2], dtype=torch.long, device=states.device), width)
    dtype: Any = network.get_input_embeddings().weight.dtype
    output = network(
        inputs_embeds=states.to(dtype),
        attention_mask=seen,
        position_ids=positions(seen)[:, width:],
        past_key_values=cache,
        use_cache=cache is not None,
        logits_to_keep=len(answer) + 1,
    )
    likely = output.logits[:, :-1].float().log_softmax(-1)
    wanted = torch.tensor(answer, device=states.device).expand(len(states), -1)
    return likely.gather(2, wanted[:, :, None])[..., 0].sum(1)
