"""Base against tuned, token by token of one answer."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from ft_core.generate.batches import Model, behind_soft_prompt, inference, longer, positions
from ft_core.modeling import Pair

TOP = 3


def compare_tokens(
    pair: Pair, tokenizer: PreTrainedTokenizerBase, prompt: Sequence[int], answer: Sequence[int]
) -> list[dict[str, Any]]:
    """One row for each token of the answer: `token` (its text), `base` and `tuned` (log p in nats), `difference` = tuned - base,
    and `base_top`, `tuned_top`: the three likeliest [text, log p] of each model, likeliest first.
    """
    with pair.base() as model:
        base = _likely(model, prompt, answer)
    tuned = _likely(pair.tuned, prompt, answer)
    rows = []
    for place, token in enumerate(answer):
        before, after = float(base[place, token]), float(tuned[place, token])
        row = {"token": tokenizer.decode([token]), "base": before, "tuned": after, "difference": after - before}
        rows.append(row | {"base_top": _top(tokenizer, base[place]), "tuned_top": _top(tokenizer, tuned[place])})
    return rows


def _top(tokenizer: PreTrainedTokenizerBase, likely: torch.Tensor) -> list[list[Any]]:
    found = likely.topk(TOP)
    return [[tokenizer.decode([i]), p] for p, i in zip(found.values.tolist(), found.indices.tolist(), strict=True)]


def _likely(model: Model, prompt: Sequence[int], answer: Sequence[int]) -> torch.Tensor:
    """log p of every token at every place of the answer: float32 [answer, vocabulary]."""
    with inference(model):
        network, width, cache = behind_soft_prompt(model, 1)
        ids = torch.tensor([[*prompt, *answer]], device=model.device)
        seen = longer(torch.ones_like(ids), width)
        output = network(
            input_ids=ids,
            attention_mask=seen,
            position_ids=positions(seen)[:, width:],
            past_key_values=cache,
            use_cache=cache is not None,
            logits_to_keep=len(answer) + 1,
        )
        return output.logits[0, :-1].float().log_softmax(-1).cpu()
