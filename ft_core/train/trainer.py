"""What all trainers here share: rows in the order given, weights that resume exactly, measurements over tokens or examples."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast, Trainer
from transformers.trainer_callback import PrinterCallback

from ft_core.train.fast.fasten import PLAIN, Fast
from ft_core.train.validations import Cut


@dataclass
class Tally:
    """Sums over what was learnt (tokens, or examples) since the last log: negative log-likelihood (nats), right guesses, how many."""

    loss: float = 0.0
    correct: int = 0
    learnt: int = 0
    parts: dict[int, list[float]] = field(default_factory=dict)  # of a mix: part number -> [loss, how many]

    def add_parts(self, parts: torch.Tensor, losses: torch.Tensor, learnt: torch.Tensor) -> None:
        """`parts` int64 [rows], `losses` summed over a row's learnt tokens float [rows], `learnt` their number int64 [rows]."""
        for part, loss, count in zip(parts.tolist(), losses.tolist(), learnt.tolist(), strict=True):
            sums = self.parts.setdefault(part, [0.0, 0.0])
            sums[0] += loss
            sums[1] += count


class CommonTrainer(Trainer):
    """Stands before transformers' or trl's trainer in a class's bases; `part_names` are those of a mix, by number, `fast` how it computes."""

    def __init__(
        self,
        model: PreTrainedModel | PeftModel,
        tokenizer: PreTrainedTokenizerFast,
        part_names: Sequence[str] = (),
        fast: Fast = PLAIN,
        **arguments: Any,
    ) -> None:
        learning = {parameter: parameter.data for parameter in model.parameters() if parameter.requires_grad}
        super().__init__(model=model, processing_class=tokenizer, **arguments)
        self.remove_callback(PrinterCallback)
        # trl makes what learns beside a quantised model bfloat16, a resumed adapter is float32: only float32 throughout resumes exactly.
        for parameter, values in learning.items():
            parameter.data = values
        self.tally = Tally()
        self.tokenizer = tokenizer
        self.part_names = part_names
        self.fast = fast

    @property
    def trained(self) -> PreTrainedModel | PeftModel:
        """The model being trained."""
        return cast("PreTrainedModel | PeftModel", self.model)

    def forget(self) -> None:
        """Forget what was counted since the last log."""
        self.tally = Tally()

    def load_weights(self, checkpoint: Path) -> None:
        """Take the trained weights of a checkpoint of this training."""
        self._load_from_checkpoint(str(checkpoint))

    def evaluate(self, eval_dataset=None, ignore_keys=None, metric_key_prefix: str = "eval") -> dict[str, float]:
        """The measurements on validation rows; leaves the random state as it was.

        Cut short (`validations.Cut`) it gives none, records none, and ends the training.
        """
        with torch.random.fork_rng():
            try:
                return super().evaluate(eval_dataset, ignore_keys, metric_key_prefix)
            except Cut:
                self.forget()
                self.control.should_save = self.control.should_training_stop = True
                return {}

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the accuracy, and make a validation loss the mean over what was learnt instead of over batches; in a mix of each part too."""
        if self.tally.learnt and ("loss" in logs or "eval_loss" in logs):
            logs["token_accuracy"] = self.tally.correct / self.tally.learnt
            if "eval_loss" in logs:
                logs["eval_loss"] = self.tally.loss / self.tally.learnt
            kind = "eval_part" if "eval_loss" in logs else "part"
            for part, (loss, learnt) in sorted(self.tally.parts.items()):
                logs[f"{kind}/{self.part_names[part]}"] = loss / learnt
            self.tally = Tally()
        super().log(logs, start_time)

    def create_model_card(
        self, model_name: str | None = None, dataset_name: str | None = None, tags: str | list[str] | None = None
    ) -> None:
        """None here: the card is written when the run is shared, with what was measured."""

    def _send_telemetry(self) -> None:
        """trl reports each training over the network; a training here tells nobody."""
