"""Prompt tuning: invented tokens before every prompt (Lester et al. 2021, arXiv:2104.08691)."""

from peft import PeftModel, PromptTuningConfig, PromptTuningInit, get_peft_model
from transformers import PreTrainedModel

from ft_core.settings.train import TrainSpec


def adapt(base: PreTrainedModel, spec: TrainSpec) -> PeftModel:
    """The base model with virtual tokens that begin as tokens of its vocabulary drawn by chance, as the paper found best."""
    config = PromptTuningConfig(
        task_type="CAUSAL_LM",
        num_virtual_tokens=spec.virtual_tokens,
        prompt_tuning_init=PromptTuningInit.SAMPLE_VOCAB,
    )
    return get_peft_model(base, config)
