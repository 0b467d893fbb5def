"""IA3: one learnt factor for each key, value and inner value of the MLP (Liu et al. 2022, arXiv:2205.05638)."""

from peft import IA3Config, PeftModel, get_peft_model
from transformers import PreTrainedModel

from ft_core.settings.train import TrainSpec
from ft_core.train.methods.head import task_type


def adapt(base: PreTrainedModel, spec: TrainSpec) -> PeftModel:
    """The base model with factors of 1. Raises ValueError for an architecture that peft has no places for."""
    return get_peft_model(base, IA3Config(task_type=task_type(spec)))
