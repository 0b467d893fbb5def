"""transformers' Trainer with the loss of a classification head, and its measurements as the trainer of written answers has them."""

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import torch
from datasets import Dataset
from peft import PeftModel
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerFast, TrainerCallback, TrainingArguments

from ft_core.train.trainer import CommonTrainer


def collate(batch: list[dict[str, Any]], pad_id: int) -> dict[str, torch.Tensor]:
    """Rows -> input_ids, attention_mask, position_ids: int64 [rows, longest], padded on the left; labels: int64 [rows]; `part` as labels."""
    longest = max(len(row["input_ids"]) for row in batch)
    ids = torch.full((len(batch), longest), pad_id)
    mask = torch.zeros((len(batch), longest), dtype=torch.int64)
    for number, row in enumerate(batch):
        start = longest - len(row["input_ids"])
        ids[number, start:] = torch.tensor(row["input_ids"])
        mask[number, start:] = 1
    columns = {
        "input_ids": ids,
        "attention_mask": mask,
        "position_ids": (mask.cumsum(1) - 1).clamp(min=0),
        "labels": torch.tensor([row["label"] for row in batch]),
    }
    return columns | ({"part": torch.tensor([row["part"] for row in batch])} if "part" in batch[0] else {})


class HeadTrainer(CommonTrainer):
    """Trains a model with a classification head on rows of `input_ids` and `label` in the order given."""

    loss_is_scaled_for_ga = True

    def __init__(
        self,
        model: PreTrainedModel | PeftModel,
        arguments: TrainingArguments,
        train_rows: Dataset,
        validation_rows: Dataset | None,
        tokenizer: PreTrainedTokenizerFast,
        part_names: Sequence[str],
        callbacks: list[TrainerCallback],
    ) -> None:
        super().__init__(
            model=model,
            tokenizer=tokenizer,
            part_names=part_names,
            args=arguments,
            data_collator=partial(collate, pad_id=cast(int, tokenizer.pad_token_id)),
            train_dataset=train_rows,
            eval_dataset=validation_rows,
            callbacks=callbacks,
        )
        self.model_accepts_loss_kwargs = True  # compute_loss below takes num_items_in_batch whatever the model does

    def compute_loss(self, model, inputs, return_outputs: bool = False, num_items_in_batch=None):
        """Mean negative log-likelihood of the right labels; over the whole step's examples when `num_items_in_batch` says how many."""
        labels = inputs["labels"]
        outputs = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            position_ids=inputs["position_ids"],
            use_cache=False,
        )
        logits = outputs.logits.float()
        losses = functional.cross_entropy(logits, labels, reduction="none")
        if "part" in inputs:
            self.tally.add_parts(inputs["part"], losses.detach(), torch.ones_like(labels))
        total = losses.sum()
        self.tally.loss += total.item()
        self.tally.correct += int((logits.detach().argmax(dim=-1) == labels).sum())
        self.tally.learnt += len(labels)
        loss = total / (len(labels) if num_items_in_batch is None else num_items_in_batch)
        return (loss, outputs) if return_outputs else loss

    def prediction_step(self, model, inputs, prediction_loss_only, ignore_keys=None):
        """The loss alone is wanted: the tally has counted the rest."""
        return super().prediction_step(model, inputs, True, ignore_keys)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Give the accuracy its own name too: an example is one guess."""
        if self.tally.learnt and ("loss" in logs or "eval_loss" in logs):
            logs["eval_accuracy" if "eval_loss" in logs else "accuracy"] = self.tally.correct / self.tally.learnt
        super().log(logs, start_time)
