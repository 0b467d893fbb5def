"""prefix_tuning: what learns, and where it begins."""

from ft_core.settings.train import TrainSpec
from ft_core.train.methods import prefix_tuning


def test_each_layer_gets_keys_and_values(load):
    model = prefix_tuning.adapt(load(), TrainSpec(method="prefix_tuning", virtual_tokens=5))
    (learning,) = [p for p in model.parameters() if p.requires_grad]
    layers, key_value_heads, head = 2, 2, 16
    assert learning.shape == (5, layers * 2 * key_value_heads * head)
