"""Full fine-tuning: every weight learns (Howard and Ruder 2018, arXiv:1801.06146)."""

from transformers import PreTrainedModel


def adapt(base: PreTrainedModel) -> PreTrainedModel:
    """The base model itself, in float32: a bfloat16 weight loses changes below 1/256 of its size."""
    return base.float().requires_grad_(True)
