"""A trial before the first step: the longest micro-batch, really computed, for memory; and where it is asked for some usual ones, for time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy
import torch

from ft_core.fit.memory import MOMENTS
from ft_core.settings.train import Optimizer
from ft_core.train import memory

_USUAL = 8  # micro-batches at most whose time is taken, after the longest one has warmed everything up


@dataclass(frozen=True)
class Trial:
    """`peak_memory_gb` with the optimizer's moments, which come with the first step; `seconds_per_step` for a usual step, where it was timed."""

    micro_batch_size: int
    longest_tokens: int
    peak_memory_gb: float
    seconds_per_step: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """What was measured."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def measure(
    trainer: Any,
    lengths: numpy.ndarray,
    micro_batch_size: int,
    steps_per_update: int,
    optimizer: Optimizer,
    timed: bool = True,
) -> Trial:
    """Compute loss and gradients of real rows, and forget them: weights and random state stay as they are.

    `lengths` are the tokens of every row of the whole training in its order, int64 [rows]; `steps_per_update` micro-batches are a step.
    `timed`: also the seconds of a usual step, which takes about another step. Raises what memory that is refused raises.
    """
    parts = lengths[: len(lengths) // micro_batch_size * micro_batch_size].reshape(-1, micro_batch_size)
    tokens = parts.sum(axis=1) if trainer.fast.padding_free else parts.max(axis=1)
    longest = int(tokens.argmax())
    rows = trainer.args.per_device_train_batch_size  # with KTO two to a pair
    trained = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
    _checkpoint_activations(trainer)
    with torch.random.fork_rng(), memory.watched() as peak:
        _compute(trainer, range(longest * rows, (longest + 1) * rows))
        seconds = _seconds(trainer, usual(tokens, steps_per_update), rows) * steps_per_update if timed else None
    return Trial(
        micro_batch_size,
        int(parts[longest].max()),
        round(peak.gb + trained * MOMENTS[optimizer] / 1e9, 3),
        seconds and round(seconds, 4),
    )


def _seconds(trainer: Any, parts: Sequence[int], rows: int) -> float:
    """The mean time of those micro-batches of so many rows."""
    began = memory.now()
    for part in parts:
        _compute(trainer, range(part * rows, (part + 1) * rows))
    return (memory.now() - began) / len(parts)


def usual(tokens: numpy.ndarray, steps_per_update: int) -> list[int]:
    """Numbers of the micro-batches whose mean time stands for that of all; `tokens` is how much each computes: all its
    tokens, or where rows are padded those of its longest, int64 [micro-batches].

    They are a whole step, the one whose tokens are nearest to the mean of all steps: where rows are padded, its micro-batches go from
    short rows to long ones, and the first few say too little. Of a step of many, _USUAL evenly spread ones.
    """
    work = tokens[: len(tokens) // steps_per_update * steps_per_update].reshape(-1, steps_per_update).sum(axis=1)
    first = int(abs(work - work.mean()).argmin()) * steps_per_update
    count = min(_USUAL, steps_per_update)
    return [first + (2 * place + 1) * steps_per_update // (2 * count) for place in range(count)]


def _checkpoint_activations(trainer: Any) -> None:
    """As transformers' Trainer.train does at its start, where the trial would come too late."""
    if not trainer.args.activation_checkpointing:
        return
    keywords = dict(trainer.args.activation_checkpointing_kwargs or {})
    every, offload = keywords.pop("every_n_layers", 1), keywords.pop("offload", False)
    trainer.model.activation_checkpointing_enable(
        activation_checkpointing_kwargs=keywords or None, every_n_layers=every, offload=offload
    )


def _compute(trainer: Any, places: Sequence[int]) -> None:
    batch = trainer.data_collator([trainer.train_dataset[place] for place in places])
    trainer.model.train()
    with trainer.compute_loss_context_manager():
        loss = trainer.compute_loss(trainer.model, trainer._prepare_inputs(batch))
    loss.backward()
    trainer.model.zero_grad(set_to_none=True)
    trainer.forget()
