"""Settings -> the libraries' own configurations. Pure: nothing is loaded or written."""

from math import ceil
from pathlib import Path

from peft import LoraConfig
from trl import SFTConfig

from ft_core import fit
from ft_core.settings.train import TrainSpec

POINTS = 2000  # rows of measurements that a training leaves at most


def micro_batch_size(spec: TrainSpec) -> int:
    """Examples computed at once; always a divisor of the batch size."""
    return fit.largest_divisor(spec.batch_size, spec.micro_batch_size or spec.batch_size)


def milestones(spec: TrainSpec, steps: int) -> list[int]:
    """The steps after which the model is validated, sampled and saved: evenly spaced, the last step among them."""
    count = min(spec.evaluations, steps)
    return [round(number * steps / count) for number in range(1, count + 1)]


def lora_config(spec: TrainSpec) -> LoraConfig:
    """LoRA on every linear layer but the output layer, as in the QLoRA paper (arXiv:2305.14314)."""
    return LoraConfig(
        r=spec.lora_rank,
        lora_alpha=spec.lora_alpha,
        lora_dropout=spec.lora_dropout,
        target_modules="all-linear",
        bias="none",
        task_type="CAUSAL_LM",
    )


def sft_arguments(
    spec: TrainSpec, folder: Path, steps: int, dtype: str, use_cpu: bool, gradient_checkpointing: bool
) -> SFTConfig:
    """The trainer's arguments. `dtype` is `float32`, `bfloat16` or `float16`; `folder` gets the checkpoints.

    Rows come tokenised and in order, so nothing is prepared or shuffled; callbacks decide when to validate and to save.
    """
    micro = micro_batch_size(spec)
    return SFTConfig(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=micro,
        per_device_eval_batch_size=micro,
        gradient_accumulation_steps=spec.batch_size // micro,
        learning_rate=spec.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=ceil(spec.warmup_ratio * steps),
        weight_decay=spec.weight_decay,
        max_grad_norm=1.0,
        optim="adamw_torch",
        bf16=dtype == "bfloat16",
        fp16=dtype == "float16",
        use_cpu=use_cpu,
        activation_checkpointing=gradient_checkpointing,
        seed=spec.seed,
        data_seed=spec.seed,
        train_sampling_strategy="sequential",
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        max_length=spec.max_length,
        dataloader_pin_memory=not use_cpu,
        logging_strategy="steps",
        logging_steps=ceil(steps / POINTS),
        logging_nan_inf_filter=False,
        eval_strategy="no",
        save_strategy="no",
        save_total_limit=2,
        report_to="none",
        disable_tqdm=True,
    )
