"""rslora: what learns, and where it begins."""

from math import sqrt

from ft_core.settings.train import TrainSpec
from ft_core.train.methods import rslora


def test_the_strength_falls_with_the_root_of_the_rank(load):
    model = rslora.adapt(load(), TrainSpec(method="rslora", lora_rank=16, lora_alpha=8))
    scalings = {module.scaling["default"] for module in model.modules() if hasattr(module, "lora_A")}
    assert scalings == {8 / sqrt(16)}
