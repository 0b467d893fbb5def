"""Prefix tuning: invented keys and values before every prompt, in every layer (Li and Liang 2021, arXiv:2101.00190)."""

from peft import PeftModel, PrefixTuningConfig, get_peft_model
from transformers import PreTrainedModel

from ft_core.settings.train import TrainSpec


def adapt(base: PreTrainedModel, spec: TrainSpec) -> PeftModel:
    """The base model with a learnt prefix in the cache of every layer."""
    return get_peft_model(base, PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=spec.virtual_tokens))
