"""Settings -> the libraries' own configurations. Pure: nothing is loaded or written."""

from math import ceil
from pathlib import Path
from typing import Any

from trl import DPOConfig, KTOConfig, SFTConfig

from ft_core.fit import steps_a_row
from ft_core.settings.train import TrainSpec

_SCHEDULES = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}  # transformers' names
_OPTIMIZERS = {
    "adamw": "adamw_torch",
    "adamw_8bit": "adamw_bnb_8bit",
    "paged_adamw_8bit": "paged_adamw_8bit",
    "adafactor": "adafactor",
}
_FUSED_ADAMW = "adamw_torch_fused"  # one kernel on a GPU; what a processor computes stays as earlier runs have it
_LOSSES = {"dpo": "sigmoid", "ipo": "ipo"}  # trl's names


def milestones(spec: TrainSpec, steps: int) -> list[int]:
    """The steps after which the model is validated, sampled and saved: evenly spaced, the last step among them."""
    count = min(spec.evaluations, steps)
    return [round(number * steps / count) for number in range(1, count + 1)]


def sft_arguments(
    spec: TrainSpec, folder: Path, steps: int, micro_batch_size: int, dtype: str, use_cpu: bool
) -> SFTConfig:
    """The trainer's arguments. `dtype` is `float32`, `bfloat16` or `float16`; `folder` gets the checkpoints; `micro_batch_size` divides the batch size.

    Rows come tokenised and in order, so nothing is prepared or shuffled; callbacks decide when to validate and to save.
    """
    return SFTConfig(
        **_common(spec, folder, steps, micro_batch_size, dtype, use_cpu),
        dataset_kwargs={"skip_prepare_dataset": True},
    )


def preference_arguments(
    spec: TrainSpec, folder: Path, steps: int, micro_batch_size: int, dtype: str, use_cpu: bool
) -> DPOConfig:
    """The same for a training on pairs; `micro_batch_size` counts pairs. Dropout is off: the reference would differ by chance."""
    return DPOConfig(
        **_common(spec, folder, steps, micro_batch_size, dtype, use_cpu),
        loss_type=[_LOSSES[spec.preference_loss or "dpo"]],
        beta=spec.preference_beta or 0.1,
        disable_dropout=True,
    )


def kto_arguments(
    spec: TrainSpec, folder: Path, steps: int, micro_batch_size: int, dtype: str, use_cpu: bool
) -> KTOConfig:
    """The same for a training by KTO; `micro_batch_size` counts pairs, the trainer's own counts their answers: two rows of each."""
    common = _common(spec, folder, steps, micro_batch_size, dtype, use_cpu)
    for name in ("per_device_train_batch_size", "per_device_eval_batch_size"):
        common[name] = 2 * micro_batch_size
    return KTOConfig(**common, beta=spec.preference_beta or 0.1, disable_dropout=True)


def _common(
    spec: TrainSpec, folder: Path, steps: int, micro_batch_size: int, dtype: str, use_cpu: bool
) -> dict[str, Any]:
    """What both trainers take alike, by the names of transformers' TrainingArguments."""
    return {
        "output_dir": str(folder),
        "max_steps": steps,
        "per_device_train_batch_size": micro_batch_size,
        "per_device_eval_batch_size": micro_batch_size,
        "gradient_accumulation_steps": spec.batch_size // micro_batch_size,
        "learning_rate": spec.learning_rate,
        "lr_scheduler_type": _SCHEDULES[spec.schedule],
        "warmup_steps": ceil(spec.warmup_ratio * steps),
        "weight_decay": spec.weight_decay,
        "max_grad_norm": spec.max_gradient_norm,
        "optim": _FUSED_ADAMW if spec.optimizer == "adamw" and not use_cpu else _OPTIMIZERS[spec.optimizer],
        "bf16": dtype == "bfloat16",
        "fp16": dtype == "float16",
        "use_cpu": use_cpu,
        "activation_checkpointing": spec.gradient_checkpointing,
        "seed": spec.seed,
        "data_seed": spec.seed,
        "train_sampling_strategy": "sequential",
        "remove_unused_columns": False,
        "max_length": spec.max_length,
        "dataloader_pin_memory": not use_cpu,
        "logging_strategy": "steps",
        "logging_steps": steps_a_row(steps),
        "logging_nan_inf_filter": False,
        "eval_strategy": "no",
        "save_strategy": "no",
        "report_to": [],  # reporting.py does it
        "disable_tqdm": True,
    }
