"""Does a training fit, how long does it take, what does it cost, and what is chosen where a project says nothing. Without torch."""

from ft_core.fit.steps import largest_divisor, plan_steps, steps_a_row, training_rows

__all__ = ["largest_divisor", "plan_steps", "steps_a_row", "training_rows"]
