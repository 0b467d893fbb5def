"""How much the training changed each layer: the size of the change of a weight matrix against the matrix, ||W' - W|| / ||W||."""

import re
from collections.abc import Iterator
from typing import Any

import torch
from peft.tuners.ia3 import IA3Layer
from peft.tuners.lora import LoraLayer
from peft.utils.integrations import dequantize_module_weight

from ft_core.modeling import Pair

_ADAPTER = "default"
_NUMBER = re.compile(r"\.(\d+)\.")


def changed_layers(pair: Pair) -> list[dict[str, Any]]:
    """One row for each changed kind of matrix in each layer, in the order of the network.

    `layer` (from 0; None outside of the layers), `module` (such as q_proj) and `change`: the Frobenius norm of the change over that of the
    matrix before it. Of a 4-bit base the matrix is what its 4 bits stand for. Empty where no matrix changed, as with soft prompts.
    """
    rows = []
    for name, before, after in _matrices(pair):
        number = _NUMBER.search(name)
        change = float((after - before).norm() / before.norm().clamp(min=1e-12))
        rows.append({"layer": int(number[1]) if number else None, "module": name.rpartition(".")[2], "change": change})
    return rows


def _matrices(pair: Pair) -> Iterator[tuple[str, torch.Tensor, torch.Tensor]]:
    """(name, before, after) of every matrix that may have changed, float32 and one at a time."""
    with torch.no_grad():
        if pair.whole_base is not None and not any(
            isinstance(one, LoraLayer | IA3Layer) for one in pair.tuned.modules()
        ):
            known = dict(pair.whole_base.named_parameters())
            for name, after in pair.tuned.named_parameters():
                before = known.get(name)
                if before is not None and after.ndim == 2 and not torch.equal(before, after):
                    yield name.removesuffix(".weight"), before.float(), after.float()
            return
        for name, module in pair.tuned.named_modules():
            if isinstance(module, LoraLayer) and _ADAPTER in module.lora_A:
                before = _weight(module)
                yield name, before, _with_lora(module, before)
            elif isinstance(module, IA3Layer) and _ADAPTER in module.ia3_l:
                before = _weight(module)
                yield name, before, before * module.ia3_l[_ADAPTER].float()


def _weight(module: Any) -> torch.Tensor:
    return dequantize_module_weight(module.get_base_layer()).float()


def _with_lora(module: Any, before: torch.Tensor) -> torch.Tensor:
    """The matrix as low-rank adapters make it; DoRA sets the length of its rows anew (arXiv:2402.09353)."""
    after = before + module.get_delta_weight(_ADAPTER).float()
    if not module.use_dora.get(_ADAPTER):
        return after
    return module.lora_magnitude_vector[_ADAPTER].weight.float()[:, None] * after / after.norm(dim=1, keepdim=True)
