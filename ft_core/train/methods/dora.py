"""DoRA: LoRA that learns the size of each change apart from its direction (Liu et al. 2024, arXiv:2402.09353)."""

from dataclasses import replace

from peft import PeftModel
from transformers import PreTrainedModel

from ft_core.settings.train import TrainSpec
from ft_core.train.methods import lora


def adapt(base: PreTrainedModel, spec: TrainSpec) -> PeftModel:
    """The base model with a DoRA adapter that has no effect yet."""
    return lora.wrapped(base, replace(lora.configuration(spec), use_dora=True), spec)
