"""Choices that depend on the machine, made without torch when a run is created and then recorded in it."""

from ft_core import hardware
from ft_core.settings.project import ProjectSpec

# Examples computed at once. Measured on two cores with the starter model: larger micro-batches pad more than they save.
CPU_MICRO_BATCH = 16
GPU_MICRO_BATCH = 8


def prepare_spec(spec: ProjectSpec) -> ProjectSpec:
    """The project with `training.threads` and `training.micro_batch_size` filled in; a choice already made is kept.

    The micro-batch is the largest divisor of the batch size that is at most the limit for this kind of machine, so that
    every optimizer step sees exactly `batch_size` examples.
    """
    machine = hardware.describe()
    training = spec.training
    limit = GPU_MICRO_BATCH if machine.gpu else CPU_MICRO_BATCH
    micro = training.micro_batch_size or largest_divisor(training.batch_size, limit)
    filled = training.model_copy(update={"threads": training.threads or machine.cores, "micro_batch_size": micro})
    return spec.model_copy(update={"training": filled})


def largest_divisor(number: int, limit: int) -> int:
    """The largest divisor of `number` that is at most `limit` (both at least 1)."""
    return max(divisor for divisor in range(1, min(number, limit) + 1) if number % divisor == 0)
