"""trl's SFTTrainer with the loss computed on the answers' columns only."""

from collections.abc import Sequence
from functools import partial
from typing import cast

from datasets import Dataset
from peft import PeftModel, PeftType
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerFast, TrainerCallback
from trl import SFTConfig, SFTTrainer

from ft_core import generate
from ft_core.train.rows import IGNORED, collate
from ft_core.train.trainer import CommonTrainer


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
            args=arguments,
            data_collator=partial(
                collate, pad_id=cast(int, tokenizer.pad_token_id), side="right" if self.soft_prompt else "left"
            ),
            train_dataset=train_rows,
            eval_dataset=validation_rows,
            callbacks=callbacks,
        )
        self.model_accepts_loss_kwargs = True  # compute_loss below takes num_items_in_batch whatever the model does

    def compute_loss(self, model, inputs, return_outputs: bool = False, num_items_in_batch=None):
        """Mean negative log-likelihood of the learnt tokens; over the whole step's tokens when `num_items_in_batch` says how many."""
        labels = inputs["labels"][:, 1:]
        columns = (labels != IGNORED).any(dim=0).nonzero().squeeze(1)
        places = {} if self.soft_prompt else {"position_ids": inputs["position_ids"]}
        outputs = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            use_cache=False,
            logits_to_keep=columns + self.logits_before,
            **places,
        )
        logits = outputs.logits.flatten(0, 1).float()
        targets = labels[:, columns].flatten()
        parts = inputs.get("part")
        losses = functional.cross_entropy(
            logits, targets, ignore_index=IGNORED, reduction="sum" if parts is None else "none"
        )
        if parts is not None:
            learnt_of = (labels != IGNORED).sum(dim=1)
            self.tally.add_parts(parts, losses.detach().view(len(labels), -1).sum(dim=1), learnt_of)
        total = losses.sum()
        learnt = int((targets != IGNORED).sum())
        self.tally.loss += total.item()
        self.tally.correct += int((logits.detach().argmax(dim=-1) == targets).sum())
        self.tally.learnt += learnt
        loss = total / (learnt if num_items_in_batch is None else num_items_in_batch)
        return (loss, outputs) if return_outputs else loss
