"""Settings become the libraries' configurations."""

import pytest

from ft_core.settings.train import TrainSpec
from ft_core.train import build


def test_a_step_sees_the_batch_size(tmp_path):
    spec = TrainSpec(batch_size=12, micro_batch_size=8, learning_rate=1e-3, warmup_ratio=0.1)
    arguments = build.sft_arguments(spec, tmp_path, 95, "float32", use_cpu=True, gradient_checkpointing=False)
    assert arguments.per_device_train_batch_size == 6 and arguments.gradient_accumulation_steps == 2
    assert arguments.max_steps == 95 and arguments.warmup_steps == 10 and arguments.learning_rate == 1e-3
    assert (
        not arguments.bf16 and not arguments.fp16 and not arguments.gradient_checkpointing and arguments.report_to == []
    )


@pytest.mark.parametrize(("steps", "every"), [(200, 1), (2000, 1), (2001, 2), (10_000, 5)])
def test_at_most_two_thousand_measurements(tmp_path, steps, every):
    assert (
        build.sft_arguments(
            TrainSpec(), tmp_path, steps, "float32", use_cpu=True, gradient_checkpointing=False
        ).logging_steps
        == every
    )


def test_milestones_are_even_and_end_with_the_last_step():
    assert build.milestones(TrainSpec(evaluations=4), 10) == [2, 5, 8, 10]
    assert build.milestones(TrainSpec(evaluations=10), 3) == [1, 2, 3]


def test_lora_is_on_all_linear_layers():
    config = build.lora_config(TrainSpec(lora_rank=4, lora_alpha=8, lora_dropout=0.1))
    assert (config.r, config.lora_alpha, config.lora_dropout, config.target_modules) == (4, 8, 0.1, "all-linear")
