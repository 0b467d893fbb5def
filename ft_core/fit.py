"""Choices that depend on the machine, made without torch when a run is created and then recorded in it."""

from math import ceil

from ft_core import hardware
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec

# Examples computed at once. On two cores with the starter model, sorted micro-batches of 8 trained 1.24 times as fast as one of 16,
# because they are hardly padded; 4 was no faster.
CPU_MICRO_BATCH = 8
GPU_MICRO_BATCH = 16


def prepare_spec(spec: ProjectSpec) -> ProjectSpec:
    """The project with `training.threads` and `training.micro_batch_size` filled in for this machine.

    The micro-batch is the largest divisor of the batch size that is at most the person's choice or this machine's limit, so
    that every optimizer step sees exactly `batch_size` examples.
    """
    machine = hardware.describe()
    training = spec.training
    limit = training.micro_batch_size or (GPU_MICRO_BATCH if machine.gpu else CPU_MICRO_BATCH)
    filled = {
        "threads": training.threads or machine.cores,
        "micro_batch_size": largest_divisor(training.batch_size, limit),
    }
    return spec.model_copy(update={"training": training.model_copy(update=filled)})


def plan_steps(spec: TrainSpec, n_train: int) -> int:
    """Optimizer steps for `n_train` examples. Each sees exactly `batch_size` of them: the last may begin one more pass."""
    used = max(1, round(spec.training_share * n_train))
    return max(1, ceil(spec.epochs * used / spec.batch_size - 1e-9))


def largest_divisor(number: int, limit: int) -> int:
    """The largest divisor of `number` that is at most `limit` (both at least 1)."""
    return max(divisor for divisor in range(1, min(number, limit) + 1) if number % divisor == 0)
