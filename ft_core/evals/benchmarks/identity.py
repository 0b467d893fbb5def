"""Which model a score is of: its weights, how they are held, its tokenizer, and what computes it."""

import hashlib
import json
from importlib.metadata import version
from typing import Any, Literal

import torch
from peft import PeftModel, PromptLearningConfig

from ft_core.modeling import Pair

_WRAPPERS = ("base_layer", "original_module")
_NAMES = (
    "_name_or_path",
    "name_or_path",
    "base_model_name_or_path",
    "transformers_version",
    "inference_mode",
    "revision",
)
_PACKAGES = ("lm_eval", "torch", "transformers", "peft")


def identity(pair: Pair, who: Literal["base", "tuned"], max_length: int) -> str:
    """32 hex digits that differ when anything differs that could change a score; the same for the same weights in another folder.

    A hash of the weights themselves (4-bit ones as they are held) with configuration, adapter, tokenizer, `max_length`, device and
    package versions: it holds base, revision and quantisation, whatever they are called.
    """
    model, adapter = pair.tuned, None
    if who == "base" and pair.whole_base is not None:
        model = pair.whole_base
    elif isinstance(model, PeftModel):
        adapter = pair.base_adapter if who == "base" else "default"
    base: Any = model.get_base_model() if isinstance(model, PeftModel) else model
    others = tuple(model.peft_config) if isinstance(model, PeftModel) else ()
    digest = hashlib.sha256()
    for name, tensor in sorted(base.state_dict().items()):
        if not _belongs(name, others):
            _add(digest, ".".join(part for part in name.split(".") if part not in _WRAPPERS), tensor)
    told: dict[str, Any] = {
        "config": base.config.to_dict(),
        "max_length": max_length,
        "device": base.device.type,
        "packages": {name: version(name) for name in _PACKAGES},
        "tokenizer": hashlib.sha256(pair.tokenizer.backend_tokenizer.to_str().encode()).hexdigest(),
    }
    if adapter is not None and isinstance(model, PeftModel):
        config = model.peft_config[adapter]
        told["adapter"] = config.to_dict()
        for name, tensor in sorted(model.state_dict().items()):
            if _belongs(name, (adapter,)):
                _add(digest, _without(name, adapter), tensor)
        if isinstance(config, PromptLearningConfig):
            _add(digest, "prompt", model.get_prompt_embedding_to_save(adapter))
    digest.update(json.dumps(_plain(told), sort_keys=True).encode())
    return digest.hexdigest()[:32]


def _belongs(name: str, adapters: tuple[str, ...]) -> bool:
    """True for a weight of one of these adapters: peft holds them in dictionaries by the adapter's name."""
    return any(part in adapters for part in name.split("."))


def _without(name: str, adapter: str) -> str:
    return ".".join(part for part in name.split(".") if part != adapter)


def _add(digest: Any, name: str, tensor: torch.Tensor) -> None:
    digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
    flat = tensor.detach().reshape(-1).contiguous().cpu()
    digest.update(flat.view(torch.uint8).numpy().data if flat.numel() else b"")


def _plain(value: Any) -> Any:
    """As JSON, without names of places."""
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items() if key not in _NAMES}
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, (list, tuple)):
        return [_plain(held) for held in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
