"""trl's SFTTrainer with the loss computed on the answers' columns only."""

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import torch
from datasets import Dataset
from peft import PeftModel, PeftType
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerFast, TrainerCallback
from trl import SFTConfig, SFTTrainer

from ft_core import generate
from ft_core.train.fast.attention import places
from ft_core.train.fast.fasten import PLAIN, Fast
from ft_core.train.fast.loss import learnt_losses
from ft_core.train.fast.loss import states as last_states
from ft_core.train.rows import IGNORED, collate, in_line
from ft_core.train.trainer import CommonTrainer

Learnt = tuple[
    torch.Tensor, torch.Tensor, torch.Tensor, Any
]  # of each learnt token its loss, if it was right, its row; outputs


class AnswerTrainer(CommonTrainer, SFTTrainer):
    """Trains a model on rows of `input_ids` and `labels` in the order given.

    SFTTrainer sends every position, prompt and padding too, through the vocabulary and computes entropies over it, except with
    Triton. Here only columns that hold a label do, which counts with large vocabularies.
    """

    loss_is_scaled_for_ga = True

    def __init__(
        self,
        model: PreTrainedModel | PeftModel,
        arguments: SFTConfig,
        train_rows: Dataset,
        validation_rows: Dataset | None,
        tokenizer: PreTrainedTokenizerFast,
        part_names: Sequence[str],
        callbacks: list[TrainerCallback],
        fast: Fast = PLAIN,
    ) -> None:
        soft = generate.soft_tokens(model)
        # A soft prompt stands before the padding: with padding on the left, positions would begin anew behind it.
        self.soft_prompt = soft > 0
        as_text = isinstance(model, PeftModel) and model.active_peft_config.peft_type == PeftType.PROMPT_TUNING
        self.logits_before = soft if as_text else 0  # prompt tuning's tokens give logits too, a prefix is only a cache
        super().__init__(
            model=model,
            tokenizer=tokenizer,
            part_names=part_names,
            fast=fast,
            args=arguments,
            data_collator=in_line
            if fast.padding_free
            else partial(
                collate, pad_id=cast(int, tokenizer.pad_token_id), side="right" if self.soft_prompt else "left"
            ),
            train_dataset=train_rows,
            eval_dataset=validation_rows,
            callbacks=callbacks,
        )
        self.model_accepts_loss_kwargs = True  # compute_loss below takes num_items_in_batch whatever the model does

    def compute_loss(self, model, inputs, return_outputs: bool = False, num_items_in_batch=None):
        """Mean negative log-likelihood of the learnt tokens; over the whole step's tokens when `num_items_in_batch` says how many."""
        compute = self._in_line if self.fast.padding_free else self._padded
        losses, right, rows, outputs = compute(model, inputs)
        if "part" in inputs:
            of_rows = losses.new_zeros(len(inputs["part"])).index_add(0, rows, losses.detach())
            self.tally.add_parts(inputs["part"], of_rows, rows.bincount(minlength=len(of_rows)))
        total, learnt = losses.sum(), len(losses)
        self.tally.loss += total.item()
        self.tally.correct += int(right.sum())
        self.tally.learnt += learnt
        loss = total / (learnt if num_items_in_batch is None else num_items_in_batch)
        return (loss, outputs) if return_outputs else loss

    def _in_line(self, model, inputs) -> Learnt:
        """Of rows one behind the other."""
        labels, lengths = inputs["labels"][0, 1:], inputs["lengths"]
        learnt = (labels != IGNORED).nonzero().squeeze(1)
        rows = torch.arange(len(lengths), device=learnt.device).repeat_interleave(lengths)[learnt]
        told = {"input_ids": inputs["input_ids"], **places(lengths.tolist())}
        if not self.fast.loss_in_parts:
            outputs = model(**told, use_cache=False, logits_to_keep=learnt)
            return *_losses(outputs.logits[0], labels[learnt]), rows, outputs
        base = cast(
            PreTrainedModel, self.trained.get_base_model() if isinstance(self.trained, PeftModel) else self.trained
        )
        head = cast(torch.nn.Linear, base.get_output_embeddings())
        with self.accelerator.autocast():  # which the whole model's forward has around it
            states = last_states(base, **told)[learnt]
        return *learnt_losses(states, head, labels[learnt]), rows, None

    def _padded(self, model, inputs) -> Learnt:
        labels = inputs["labels"][:, 1:]
        columns = (labels != IGNORED).any(dim=0).nonzero().squeeze(1)
        told = {} if self.soft_prompt else {"position_ids": inputs["position_ids"]}
        outputs = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            use_cache=False,
            logits_to_keep=columns + self.logits_before,
            **told,
        )
        learnt = labels[:, columns] != IGNORED
        rows = learnt.nonzero()[:, 0]
        return *_losses(outputs.logits[learnt], labels[:, columns][learnt]), rows, outputs


def _losses(logits: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """[tokens, vocabulary] and int64 [tokens] -> negative log-likelihoods float32 [tokens], and where the likeliest was right, bool."""
    wide = logits.float()
    return functional.cross_entropy(wide, targets, reduction="none"), wide.detach().argmax(-1) == targets
