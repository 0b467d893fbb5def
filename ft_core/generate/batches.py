"""Rows of tokens in batches, as a model takes them: padded on the left, by length, behind a soft prompt if there is one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import torch
from peft import PeftModel, PromptLearningConfig
from transformers import Cache, PreTrainedModel, PreTrainedTokenizerBase

Model = PreTrainedModel | PeftModel
OnProgress = Callable[[int, int], None]  # (rows done, rows in all)
ShouldStop = Callable[[], bool]


class Stopped(Exception):
    """`should_stop` said so."""


def context_length(model: Model) -> int:
    """Tokens of prompt and answer together that the model was made for, less those of a soft prompt."""
    return int(model.config.max_position_embeddings) - soft_tokens(model)


def soft_tokens(model: Model) -> int:
    """Positions that a soft prompt (prompt or prefix tuning) takes before every row; 0 for any other model."""
    config = model.active_peft_config if isinstance(model, PeftModel) else None
    return int(config.num_virtual_tokens) if isinstance(config, PromptLearningConfig) else 0


def behind_soft_prompt(model: Model, rows: int) -> tuple[Model, int, Cache | None]:
    """What computes, and the key-value cache of the soft prompt that stands before each of `rows` rows, with its width.

    peft's own forward puts the soft prompt before whatever it is given, also before the next token of an answer that goes on from
    a cache, and gives padded rows wrong positions. As a cache it is like any text that was read before.
    """
    width = soft_tokens(model)
    if not width or not isinstance(model, PeftModel):
        return model, 0, None
    network = cast(PreTrainedModel, model.get_base_model())
    prompt: Any = model.get_prompt(rows)
    if isinstance(prompt, Cache):
        return network, width, prompt
    dtype = network.get_input_embeddings().weight.dtype
    output = network(inputs_embeds=prompt.to(dtype), use_cache=True, logits_to_keep=1)
    return network, width, output.past_key_values


def longer(mask: torch.Tensor, width: int) -> torch.Tensor:
    """The attention mask with `width` positions before every row that are seen."""
    return torch.cat([mask.new_ones(len(mask), width), mask], dim=1)


def batches(rows: Sequence[Sequence[int]], batch_tokens: int, extra: int) -> Iterator[list[int]]:
    """Indices of rows, longest first, so many at once that rows x (longest + extra) stays within `batch_tokens`; at least one."""
    batch: list[int] = []
    for i in sorted(range(len(rows)), key=lambda i: -len(rows[i])):
        if batch and (len(batch) + 1) * (len(rows[batch[0]]) + extra) > batch_tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def left_padded(rows: Sequence[Sequence[int]], pad: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, both int64 [rows, longest]."""
    width = max(map(len, rows))
    ids = torch.tensor([[pad] * (width - len(row)) + list(row) for row in rows], device=device)
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=device)
    return ids, mask


def positions(mask: torch.Tensor) -> torch.Tensor:
    """Where each token stands in its row, padding not counted: int64, as the mask."""
    return (mask.cumsum(1) - 1).clamp(min=0)


def pad_id(tokenizer: PreTrainedTokenizerBase) -> int:
    """The token that fills up a row; the end of turn of a tokenizer that has none for it."""
    token: Any = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    return token


@contextmanager
def inference(model: Model) -> Iterator[None]:
    """Evaluation and inference mode; leaves the model in the mode in which it was."""
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(training)
