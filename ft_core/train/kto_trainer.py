"""trl's KTOTrainer on pairs that are tokenised already: each of their answers is good or bad by itself."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Literal, cast

import numpy
import torch
from datasets import Dataset
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast, TrainerCallback
from trl import KTOConfig, KTOTrainer

from ft_core.errors import FTError
from ft_core.train.preference_trainer import PairsTrainer
from ft_core.train.rows import IGNORED, collate


class KtoTrainer(PairsTrainer, KTOTrainer):
    """Trains a model on the rows of `separate`, in their order; `pairs` are what these count: rows as PreferenceTrainer has them.

    What an answer is measured against, the point of reference of arXiv:2402.01306 (equation 7), is estimated over each micro-batch: by
    how much mismatched answers have become likelier. So the loss of a step depends a little on how many pairs are computed at once.
    """

    def __init__(
        self,
        model: PreTrainedModel | PeftModel,
        reference: PreTrainedModel | None,
        continued: bool,
        arguments: KTOConfig,
        pairs: Dataset,
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
            data_collator=partial(
                collate_answers,
                pairs=pairs,
                max_length=cast(int, arguments.max_length),
                pad_id=cast(int, tokenizer.pad_token_id),
            ),
            train_dataset=train_rows,
            eval_dataset=validation_rows,
            callbacks=callbacks,
        )

    def compute_loss(self, model, inputs, return_outputs: bool = False, num_items_in_batch=None):
        """The mean loss of the answers, as trl computes it; counts the pairs whose better answer gained more than the worse one.

        trl tells only sums of what the answers gained, so the log-probabilities are taken where the models give them: of the
        mismatched answers and of the answers, first by the model, then by the reference.
        """
        given: list[torch.Tensor] = []

        def keep(_module: torch.nn.Module, _arguments: Any, outputs: Any) -> None:
            given.append(outputs.log_probs.detach().sum(dim=1))

        models = dict.fromkeys((model, cast(PreTrainedModel | None, self.ref_model) or self.trained))
        hooks = [one.register_forward_hook(keep) for one in models]
        try:
            loss = super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        finally:
            for hook in hooks:
                hook.remove()
        _, now, _, before = given
        gained = now - before
        better, worse = gained[inputs["label"]], gained[~inputs["label"]]
        self.preferred += int((better > worse).sum())
        self.pairs += len(better)
        return loss


def separate(prompts: Sequence[tuple[int, ...]], order: Sequence[int] | numpy.ndarray, batch_size: int) -> Dataset:
    """Pairs in order -> rows of `pair`, `other` and `label`: of each its better answer (True), then its worse one (False).

    `prompts` are the tokens of every pair's prompt, `order` numbers of pairs. `other` is the pair whose answers are the mismatched ones:
    the one before in the same step of `batch_size` pairs (the first's is the last), as the paper has it, so that their lengths are alike;
    one with the same prompt is passed over. It depends on the arguments alone, not on how many are computed at once.
    Raises FTError `train.one_prompt` when all prompts are the same.
    """
    rows: dict[str, list[Any]] = {"pair": [], "other": [], "label": []}
    for start in range(0, len(order), batch_size):
        step = [int(number) for number in order[start : start + batch_size]]
        for place, number in enumerate(step):
            other = next((one for one in _others(step, place, len(prompts)) if prompts[one] != prompts[number]), None)
            if other is None:
                raise FTError(
                    "train.one_prompt",
                    "All pairs have the same prompt.",
                    "The Preference loss kto compares an answer with answers to other prompts, and there are none.",
                    "Set Preference loss to dpo, or add pairs with other prompts.",
                )
            rows["pair"] += [number, number]
            rows["other"] += [other, other]
            rows["label"] += [True, False]
    return Dataset.from_dict(rows)


def _others(step: Sequence[int], place: int, count: int) -> Iterator[int]:
    """The other pairs of a step, from the one before this place backwards; then those of all `count` pairs, from the next one on."""
    yield from (step[place - back] for back in range(1, len(step)))
    yield from ((step[place] + ahead) % count for ahead in range(1, count))


def collate_answers(
    batch: Sequence[dict[str, Any]], pairs: Dataset, max_length: int, pad_id: int
) -> dict[str, torch.Tensor]:
    """Rows of `separate` -> input_ids, attention_mask, completion_mask: int64 [rows, longest]; label: bool [rows].

    The same three with KL_ before their names are of each prompt with the answer of the other pair, cut to `max_length` tokens. Padded on
    the right: trl gives both the same other columns, so that none can hold positions.
    """
    matched, mismatched = [], []
    for row in batch:
        end: Literal["chosen", "rejected"] = "chosen" if row["label"] else "rejected"
        (ids, labels), (other_ids, other_labels) = (
            (found[f"{end}_ids"], found[f"{end}_labels"]) for found in (pairs[row["pair"]], pairs[row["other"]])
        )
        prompt, answer = answer_start(labels), answer_start(other_labels)
        matched.append({"input_ids": ids, "labels": labels})
        mismatched.append(
            {
                "input_ids": (ids[:prompt] + other_ids[answer:])[:max_length],
                "labels": (labels[:prompt] + other_labels[answer:])[:max_length],
            }
        )
    columns = _padded(matched, pad_id) | {f"KL_{name}": values for name, values in _padded(mismatched, pad_id).items()}
    return columns | {"label": torch.tensor([row["label"] for row in batch])}


def answer_start(labels: Sequence[int]) -> int:
    """The place of the first token that is learnt."""
    return next(place for place, label in enumerate(labels) if label != IGNORED)


def _padded(rows: list[dict[str, Any]], pad_id: int) -> dict[str, torch.Tensor]:
    columns = collate(rows, pad_id, side="right")
    return {
        "input_ids": columns["input_ids"],
        "attention_mask": columns["attention_mask"],
        "completion_mask": (columns["labels"] != IGNORED).long(),
    }
