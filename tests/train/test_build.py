"""Settings become the libraries' configurations."""

from typing import get_args

import pytest
from transformers import SchedulerType
from transformers.training_args import OptimizerNames

from ft_core.settings.train import TrainSpec
from ft_core.train import build


def test_a_step_sees_the_batch_size(tmp_path):
    spec = TrainSpec(batch_size=12, learning_rate=1e-3, warmup_ratio=0.1)
    arguments = build.sft_arguments(spec, tmp_path, 95, 6, "float32", use_cpu=True)
    assert arguments.per_device_train_batch_size == 6 and arguments.gradient_accumulation_steps == 2
    assert arguments.max_steps == 95 and arguments.warmup_steps == 10 and arguments.learning_rate == 1e-3
    assert (
        not arguments.bf16 and not arguments.fp16 and not arguments.gradient_checkpointing and arguments.report_to == []
    )


def test_by_kto_a_pair_is_two_rows_of_a_batch(tmp_path):
    spec = TrainSpec(batch_size=12, preference_loss="kto", preference_beta=0.3)
    arguments = build.kto_arguments(spec, tmp_path, 95, 3, "float32", use_cpu=True)
    assert arguments.per_device_train_batch_size == arguments.per_device_eval_batch_size == 6
    assert arguments.gradient_accumulation_steps == 4 and arguments.beta == 0.3 and arguments.loss_type == "kto"
    assert not arguments.gradient_checkpointing and not arguments.bf16 and arguments.disable_dropout


@pytest.mark.parametrize(("steps", "every"), [(200, 1), (2000, 1), (2001, 2), (10_000, 5)])
def test_at_most_two_thousand_measurements(tmp_path, steps, every):
    assert build.sft_arguments(TrainSpec(), tmp_path, steps, 8, "float32", use_cpu=True).logging_steps == every


def test_milestones_are_even_and_end_with_the_last_step():
    assert build.milestones(TrainSpec(evaluations=4), 10) == [2, 5, 8, 10]
    assert build.milestones(TrainSpec(evaluations=10), 3) == [1, 2, 3]


@pytest.mark.parametrize("optimizer", get_args(TrainSpec.model_fields["optimizer"].annotation))
@pytest.mark.parametrize("schedule", get_args(TrainSpec.model_fields["schedule"].annotation))
def test_every_schedule_and_optimizer_is_one_of_the_library(tmp_path, optimizer, schedule):
    spec = TrainSpec(optimizer=optimizer, schedule=schedule, max_gradient_norm=0.3)
    arguments = build.sft_arguments(spec, tmp_path, 10, 8, "float32", use_cpu=True)
    assert arguments.optim in list(OptimizerNames) and arguments.lr_scheduler_type in list(SchedulerType)
    assert arguments.max_grad_norm == 0.3


@pytest.mark.parametrize(("use_cpu", "name"), [(True, "adamw_torch"), (False, "adamw_torch_fused")])
def test_on_a_gpu_adamw_is_one_kernel(tmp_path, use_cpu, name):
    arguments = build.sft_arguments(TrainSpec(), tmp_path, 10, 8, "float32", use_cpu=use_cpu)
    assert arguments.optim == name
