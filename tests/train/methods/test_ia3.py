"""ia3: what learns, and where it begins."""

from ft_core.settings.train import TrainSpec
from ft_core.train.methods import ia3


def test_keys_values_and_inner_values_get_one_factor_each(load):
    model = ia3.adapt(load(), TrainSpec(method="ia3"))
    learning = {name: p for name, p in model.named_parameters() if p.requires_grad}
    assert sum(p.numel() for p in learning.values()) == 2 * (32 + 32 + 128)
    assert all(bool((p == 1).all()) for p in learning.values())
