"""Base model and settings -> the model to train."""

from pathlib import Path
from typing import cast

from peft import LoraConfig, PeftModel
from transformers import PreTrainedModel

from ft_core.errors import FTError
from ft_core.settings.methods import METHODS
from ft_core.settings.train import TrainSpec
from ft_core.train.methods import dora, full, ia3, layers, lora, prefix_tuning, prompt_tuning, rslora


def adapt(base: PreTrainedModel, spec: TrainSpec, adapter: Path | None = None) -> PreTrainedModel | PeftModel:
    """The model whose trainable parameters are those the method learns, all of them float32.

    `adapter` is the folder of an earlier run's, which learns on; else the method begins anew. Raises FTError `model.no_place` for an
    architecture in which the method finds nothing to change, `settings.layers`, and `model.other_shape` for an adapter of another rank.
    """
    try:
        model = _adapted(base, spec) if adapter is None else _trained_on(base, spec, adapter)
    except ValueError as error:
        said = str(error).partition("\n")[0].rstrip(".")
        raise FTError(
            "model.no_place",
            f"{METHODS[spec.method].title} finds nothing to change in this base model.",
            f"The library said: {said}.",
            "Choose another Method, or another Base model.",
        ) from error
    # A bfloat16 weight loses changes below 1/256 of its size.
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return model


def _trained_on(base: PreTrainedModel, spec: TrainSpec, adapter: Path) -> PeftModel:
    config = cast(LoraConfig, LoraConfig.from_pretrained(str(adapter)))
    rank = config.r
    if rank != spec.lora_rank:
        raise FTError(
            "model.other_shape",
            f"The adapter to start from has a LoRA rank of {rank}.",
            f"The project asks for one of {spec.lora_rank}.",
            f"Set LoRA rank to {rank}, or start from the base model.",
        )
    lora.fuse(config, base, spec)
    return PeftModel.from_pretrained(base, adapter, is_trainable=True, config=config)


def _adapted(base: PreTrainedModel, spec: TrainSpec) -> PreTrainedModel | PeftModel:
    match spec.method:
        case "qlora" | "lora":  # the same adapter: the base model is in 4 bits or is not
            return lora.adapt(base, spec)
        case "dora":
            return dora.adapt(base, spec)
        case "rslora":
            return rslora.adapt(base, spec)
        case "full":
            return full.adapt(base)
        case "layers":
            return layers.adapt(base, spec)
        case "ia3":
            return ia3.adapt(base, spec)
        case "prompt_tuning":
            return prompt_tuning.adapt(base, spec)
        case "prefix_tuning":
            return prefix_tuning.adapt(base, spec)
