"""lora: what learns, and where it begins."""

from ft_core.settings.train import TrainSpec
from ft_core.train.methods import lora


def test_every_linear_layer_gets_two_small_matrices(load):
    model = lora.adapt(load(), TrainSpec(method="lora", lora_rank=4, lora_alpha=8, lora_dropout=0.1))
    learning = {name: tuple(p.shape) for name, p in model.named_parameters() if p.requires_grad}
    assert len(learning) == 2 * 2 * 7 and all(4 in shape for shape in learning.values())
    config = model.peft_config["default"]
    assert (config.r, config.lora_alpha, config.lora_dropout) == (4, 8, 0.1)
    assert not any("lm_head" in name for name in learning)
