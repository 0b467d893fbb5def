"""Chosen layers only: the last layers learn, the others are frozen (Lee et al. 2019, arXiv:1911.03090)."""

from torch import nn
from transformers import PreTrainedModel

from ft_core.errors import FTError
from ft_core.fit.choose import require_layers
from ft_core.settings.train import TrainSpec
from ft_core.train.methods.head import head_of


def adapt(base: PreTrainedModel, spec: TrainSpec) -> PreTrainedModel:
    """The base model in float32 with all but its last layers, and a classification head, frozen. Raises FTError `settings.layers`."""
    blocks = _blocks(base)
    require_layers(spec, len(blocks))
    base.float().requires_grad_(False)
    for block in blocks[-spec.trained_layers :]:
        block.requires_grad_(True)
    if spec.head == "classification":
        head_of(base).requires_grad_(True)
    return base


def _blocks(base: PreTrainedModel) -> nn.ModuleList:
    """The list of the model's layers, whatever its architecture calls it."""
    count = base.config.num_hidden_layers
    found = [module for module in base.modules() if isinstance(module, nn.ModuleList) and len(module) == count]
    if not found:
        raise FTError(
            "model.layers",
            "The layers of this base model cannot be told apart.",
            f"Nothing in it is a list of {count} layers.",
            "Choose another Method, such as LoRA.",
        )
    return found[0]
