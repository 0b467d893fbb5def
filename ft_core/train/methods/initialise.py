"""Where a LoRA adapter begins, other than without effect: PiSSA, LoftQ, EVA. All of it through peft."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import torch
from peft import EvaConfig, LoraConfig, PeftModel, initialize_lora_eva_weights, replace_lora_weights_loftq

from ft_core.errors import FTError
from ft_core.fit.choose import require_loftq
from ft_core.settings.train import TrainSpec
from ft_core.train.rows import TokenRow

_EVA_ROWS = 8  # examples in a batch of EVA's decomposition, where there are as many
_PISSA = "pissa"  # exact singular values, not the faster random ones: a resumed training must find the same


def configured(config: LoraConfig, spec: TrainSpec) -> LoraConfig:
    """The configuration with what must be known before the adapter is made."""
    if spec.initialisation == "pissa":
        return replace(config, init_lora_weights=_PISSA)
    if spec.initialisation == "eva":
        return replace(config, init_lora_weights="eva", eva_config=EvaConfig(rho=1.0))  # the same rank everywhere
    return config


def initialise(model: PeftModel, spec: TrainSpec, base_folder: Path, rows: Sequence[TokenRow]) -> None:
    """Give the fresh adapter its beginning. `rows` are the training examples, longest last; the base's weights are in `base_folder`.

    The same arguments give the same adapter. Raises FTError `model.loftq` for a base whose weights are in several
    files, `settings.loftq` without a GPU, `settings.eva` for too few tokens to look at.
    """
    if spec.initialisation == "loftq":
        require_loftq(spec, on_gpu=model.device.type == "cuda")
        weights = base_folder / "model.safetensors"
        if not weights.is_file():
            raise FTError(
                "model.loftq",
                "LoftQ cannot begin from this base model.",
                "It reads the unrounded weights from one file model.safetensors, and there is none.",
                "Choose another Initialisation.",
            )
        replace_lora_weights_loftq(model, str(weights))
        _as_float32(model)
    elif spec.initialisation == "eva":
        batches = list(_batches(rows, model.device))
        most = max(batch["input_ids"].numel() for batch in batches)
        if most < spec.lora_rank:
            raise FTError(
                "settings.eva",
                "EVA cannot begin from these examples.",
                f"It finds as many directions as the LoRA rank, {spec.lora_rank}, among as many tokens, and looks at {most} at once.",
                f"Lower LoRA rank to at most {most}, choose another Initialisation, or bring more or longer examples.",
            )
        large = [batch for batch in batches if batch["input_ids"].numel() >= spec.lora_rank]
        with torch.random.fork_rng():
            initialize_lora_eva_weights(model, cast(Any, large), show_progress_bar=False)
        _as_float32(model)


def _as_float32(model: PeftModel) -> None:
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def _batches(rows: Sequence[TokenRow], device: torch.device) -> Iterable[dict[str, torch.Tensor]]:
    """Rows of one length at a time, so that nothing is padded: input_ids and attention_mask, int64 [rows, tokens]."""
    size = min(_EVA_ROWS, len(rows))
    for start in range(0, len(rows) - size + 1, size):
        part = rows[start : start + size]
        width = min(len(row.ids) for row in part)
        ids = torch.tensor([row.ids[:width] for row in part], device=device)
        yield {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
