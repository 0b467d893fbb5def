"""LoRA and its kin: small matrices beside every linear layer (Hu et al. 2021, arXiv:2106.09685)."""

from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

from ft_core.fit.memory import is_lean
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
    return initialise.configured(config, spec)


def adapt(base: PreTrainedModel, spec: TrainSpec) -> PeftModel:
    """The base model with a LoRA adapter that has no effect yet. With a base in 4 bits this is QLoRA."""
    return wrapped(base, configuration(spec), spec)


def wrapped(base: PreTrainedModel, config: LoraConfig, spec: TrainSpec) -> PeftModel:
    """The base model with an adapter of this configuration, of fused layers where they compute it."""
    fuse(config, base, spec)
    # EVA fills the adapter itself; until then it needs no memory.
    return get_peft_model(base, config, low_cpu_mem_usage=spec.initialisation == "eva")


def fuse(config: LoraConfig, base: PreTrainedModel, spec: TrainSpec) -> None:
    """Ask for fused layers where they compute what `spec` asks for. A copy of a configuration forgets it."""
    if is_lean(spec):
        use_in(config, base)
