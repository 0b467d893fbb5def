"""How many steps a training has, and how a batch is divided."""

from math import ceil

from ft_core.settings.train import TrainSpec

ROWS = 2000  # of measurements that a training leaves at most


def training_rows(share: float, n_train: int) -> int:
    """How many of `n_train` examples a share of them is: at least one."""
    return max(1, round(share * n_train))


def plan_steps(spec: TrainSpec, n_train: int) -> int:
    """Optimizer steps for a training split of `n_train` examples, of which `training_share` is used.

    Each step sees exactly `batch_size` of them: the last may begin one more pass.
    """
    return max(1, ceil(spec.epochs * training_rows(spec.training_share, n_train) / spec.batch_size - 1e-9))


def steps_a_row(steps: int) -> int:
    """How many of a training's `steps` one row of measurements is the mean of."""
    return ceil(steps / ROWS)


def largest_divisor(number: int, limit: int) -> int:
    """The largest divisor of `number` that is at most `limit` (both at least 1)."""
    return max(divisor for divisor in range(1, min(number, limit) + 1) if number % divisor == 0)
