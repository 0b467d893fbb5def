"""layers: what learns, and where it begins."""

import pytest

from ft_core.errors import FTError
from ft_core.settings.train import TrainSpec
from ft_core.train.methods import layers


def test_only_the_last_layers_learn(load):
    model = layers.adapt(load(), TrainSpec(method="layers", trained_layers=1))
    learning = {name for name, p in model.named_parameters() if p.requires_grad}
    assert learning == {name for name, _ in model.named_parameters() if name.startswith("model.layers.1.")}


def test_more_layers_than_there_are_is_refused_with_their_number(load):
    with pytest.raises(FTError, match="has 2 layers. Trained layers asks for 3") as caught:
        layers.adapt(load(), TrainSpec(method="layers", trained_layers=3))
    assert caught.value.code == "settings.layers"
