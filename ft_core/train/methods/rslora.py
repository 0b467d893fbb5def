"""rsLoRA: LoRA scaled by alpha / sqrt(rank), so that high ranks keep learning (Kalajdzievski 2023, arXiv:2312.03732)."""

from dataclasses import replace

from peft import PeftModel
from transformers import PreTrainedModel

from ft_core.settings.train import TrainSpec
from ft_core.train.methods import lora


def adapt(base: PreTrainedModel, spec: TrainSpec) -> PeftModel:
    """The base model with a rank-stabilised LoRA adapter that has no effect yet."""
    return lora.wrapped(base, replace(lora.configuration(spec), use_rslora=True), spec)
