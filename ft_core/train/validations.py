"""What the validations of a training say: which was best, and whether it is time to stop."""

from ft_core.run import Run

Losses = list[tuple[int, float]]  # (step, validation loss in nats per token), in the order of steps


class Cut(Exception):
    """The run was asked to stop in the middle of a validation."""


def losses(run: Run, until: int) -> Losses:
    """Those taken at most `until` steps into the training; later ones belong to an attempt that was cut off."""
    return [(row["step"], row["loss"]) for row in run.metrics() if row["kind"] == "validation" and row["step"] <= until]


def best_step(found: Losses) -> int | None:
    """The first step with the lowest validation loss; None without validations."""
    return min(found, key=lambda pair: pair[1])[0] if found else None


def is_over(found: Losses, patience: int) -> bool:
    """True when the last `patience` validations were none of them lower than an earlier one (0: never)."""
    best = best_step(found)
    return patience > 0 and best is not None and sum(step > best for step, _ in found) >= patience
