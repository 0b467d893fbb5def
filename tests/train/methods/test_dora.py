"""dora: what learns, and where it begins."""

from ft_core.settings.train import TrainSpec
from ft_core.train.methods import dora


def test_each_layer_also_learns_magnitudes(load):
    model = dora.adapt(load(), TrainSpec(method="dora", lora_rank=4))
    magnitudes = [name for name, p in model.named_parameters() if "magnitude" in name and p.requires_grad]
    assert len(magnitudes) == 2 * 7 and model.peft_config["default"].use_dora
