"""trl's DPOTrainer on rows that are tokenised already, and what every trainer on pairs shares."""

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from datasets import Dataset
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast, TrainerCallback
from trl import DPOConfig, DPOTrainer

from ft_core.train.rows import IGNORED, collate
from ft_core.train.trainer import CommonTrainer

_REFERENCE = "ref"  # trl's name for the frozen copy of an adapter


class PairsTrainer(CommonTrainer):
    """Stands before trl's trainers that measure against a reference, DPO's and KTO's, in a class's bases.

    The reference is the model as it comes: `reference` for a whole model; for an adapter that has learnt before (`continued`) a
    frozen copy of it, else the base model with the adapter off, which is the same as a copy that has no effect yet.
    """

    _metrics: dict[str, dict[str, list[float]]]  # trl's, by "train" and "eval"

    def __init__(
        self,
        model: PreTrainedModel | PeftModel,
        reference: PreTrainedModel | None,
        continued: bool,
        tokenizer: PreTrainedTokenizerFast,
        **arguments: Any,
    ) -> None:
        super().__init__(model=model, tokenizer=tokenizer, ref_model=reference, **arguments)
        if isinstance(model, PeftModel):
            if continued:
                _freeze_reference(model)
            else:
                model.delete_adapter(_REFERENCE)
        self.preferred = 0.0  # pairs since the last log whose better answer gained more than the worse one
        self.pairs = 0

    def forget(self) -> None:
        """Forget what was counted since the last log."""
        self.preferred, self.pairs = 0.0, 0
        for measured in self._metrics.values():
            measured.clear()

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the share of pairs preferred."""
        if self.pairs and ("loss" in logs or "eval_loss" in logs):
            logs["eval_preferred" if "eval_loss" in logs else "preferred"] = self.preferred / self.pairs
            self.preferred, self.pairs = 0.0, 0
        super().log(logs, start_time)

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        """A checkpoint without the reference: that is where the training starts, and is made anew from there."""
        super()._save(output_dir, state_dict)
        shutil.rmtree(Path(output_dir or str(self.args.output_dir)) / _REFERENCE, ignore_errors=True)

    def _prepare_dataset(self, dataset, processing_class, args, dataset_name):
        """The rows as they are: tokens of ours, the same text as the Data tab shows."""
        return dataset


class PreferenceTrainer(PairsTrainer, DPOTrainer):
    """Trains a model on pairs in the order given: rows of `chosen_ids`, `chosen_labels`, `rejected_ids` and `rejected_labels`."""

    def __init__(
        self,
        model: PreTrainedModel | PeftModel,
        reference: PreTrainedModel | None,
        continued: bool,
        arguments: DPOConfig,
        train_rows: Dataset,
        validation_rows: Dataset | None,
        tokenizer: PreTrainedTokenizerFast,
        callbacks: list[TrainerCallback],
    ) -> None:
        super().__init__(
            model=model,
            reference=reference,
            continued=continued,
            tokenizer=tokenizer,
            args=arguments,
            data_collator=partial(collate_pairs, pad_id=cast(int, tokenizer.pad_token_id)),
            train_dataset=train_rows,
            eval_dataset=validation_rows,
            callbacks=callbacks,
        )

    def compute_loss(self, model, inputs, return_outputs: bool = False, num_items_in_batch=None):
        """The mean loss of the pairs, as trl computes it; counts the pairs preferred, which trl averages over batches of any size."""
        loss = super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        pairs = len(inputs["input_ids"]) // 2
        share = self._metrics["train" if self.trained.training else "eval"]["rewards/accuracies"][-1]
        self.preferred += share * pairs
        self.pairs += pairs
        return loss


def collate_pairs(batch: Sequence[dict[str, Any]], pad_id: int) -> dict[str, torch.Tensor]:
    """Pairs -> input_ids, attention_mask, position_ids, completion_mask: int64 [2 * pairs, longest], the better answers first."""
    ends = [
        {"input_ids": row[f"{end}_ids"], "labels": row[f"{end}_labels"]}
        for end in ("chosen", "rejected")
        for row in batch
    ]
    columns = collate(ends, pad_id)
    return columns | {"completion_mask": (columns.pop("labels") != IGNORED).long()}


def _freeze_reference(model: PeftModel) -> None:
    for name, parameter in model.named_parameters():
        if f".{_REFERENCE}." in name:
            parameter.requires_grad_(False)
