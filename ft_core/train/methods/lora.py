"""LoRA and its kin: small matrices beside every linear layer (Hu et al. 2021, arXiv:2106.09685)."""

from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

from ft_core.settings.train import TrainSpec
from ft_core.train.fast.lora import use_in
from ft_core.train.methods import initialise
from ft_core.train.methods.head import task_type


def configuration(spec: TrainSpec) -> LoraConfig:
    """LoRA on every linear layer but the output layer (a classification head learns as a whole), as in the QLoRA paper (arXiv:2305.14314)."""
    config = LoraConfig(
        r=spec.lora_rank,
        lora_alpha=spec.lora_alpha,
        lora_dropout=spec.lora_dropout,
        target_modules="all-linear",
        bias="none",
        task_type=task_type(spec),
    )
    if spec.fused:
        use_in(config)
    return initialise.configured(config, spec)


def adapt(base: PreTrainedModel, spec: TrainSpec) -> PeftModel:
    """The base model with a LoRA adapter that has no effect yet. With a base in 4 bits this is QLoRA."""
    # EVA fills the adapter itself; until then it needs no memory.
    return get_peft_model(base, configuration(spec), low_cpu_mem_usage=spec.initialisation == "eva")
