"""initialise: what learns, and where it begins."""

import pytest
import torch

from ft_core.errors import FTError
from ft_core.settings.train import TrainSpec
from ft_core.train.methods import lora
from ft_core.train.methods.initialise import initialise
from ft_core.train.rows import TokenRow

ROWS = [TokenRow([40 + (number * step) % 300 for step in range(12)], [1] * 12, "1", 12, False) for number in range(32)]


def test_pissa_begins_with_the_strongest_directions_and_changes_nothing(load):
    base = load()
    ids = torch.tensor([[3, 40, 41, 0]])
    before, weight = base(ids).logits.detach(), base.model.layers[0].mlp.up_proj.weight.detach().clone()
    model = lora.adapt(base, TrainSpec(method="lora", initialisation="pissa", lora_rank=4))
    layer = model.base_model.model.model.layers[0].mlp.up_proj
    product = layer.scaling["default"] * layer.lora_B["default"].weight @ layer.lora_A["default"].weight
    found = torch.linalg.svdvals(product.detach())[:4]
    assert torch.allclose(found, torch.linalg.svdvals(weight)[:4], rtol=1e-3)
    assert torch.allclose(model(ids).logits, before, atol=1e-3)


def test_eva_looks_at_the_examples_and_leaves_the_random_state(load, base_folder):
    spec = TrainSpec(method="lora", initialisation="eva", lora_rank=4)
    found = []
    for _ in range(2):
        torch.manual_seed(5)
        model = lora.adapt(load(), spec)
        state = torch.get_rng_state()
        initialise(model, spec, base_folder, ROWS)
        assert torch.equal(torch.get_rng_state(), state)
        layer = model.base_model.model.model.layers[0].mlp.up_proj
        found.append(layer.lora_A["default"].weight.detach().clone())
    assert torch.equal(*found) and found[0].dtype == torch.float32
    gram = found[0] @ found[0].T
    assert torch.allclose(gram, torch.diag(gram.diag()), atol=1e-4), "orthogonal directions"


@pytest.mark.parametrize("count", [2, 7])
def test_eva_begins_with_few_examples_too(load, base_folder, count):
    spec = TrainSpec(method="lora", initialisation="eva", lora_rank=16)
    model = lora.adapt(load(), spec)
    initialise(model, spec, base_folder, ROWS[:count])
    found = model.base_model.model.model.layers[0].mlp.up_proj.lora_A["default"].weight.detach()
    gram = found @ found.T
    assert torch.allclose(gram, torch.diag(gram.diag()), atol=1e-4) and gram.any(), "orthogonal directions"


def test_eva_with_fewer_tokens_than_directions_is_refused(load, base_folder):
    spec = TrainSpec(method="lora", initialisation="eva", lora_rank=16)
    with pytest.raises(FTError, match="looks at 12 at once") as caught:
        initialise(lora.adapt(load(), spec), spec, base_folder, ROWS[:1])
    assert caught.value.code == "settings.eva"


def test_loftq_without_a_gpu_is_refused(load, base_folder):
    spec = TrainSpec(method="qlora", initialisation="loftq", lora_rank=4)
    with pytest.raises(FTError, match="on a GPU alone") as caught:
        initialise(lora.adapt(load(True), spec), spec, base_folder, ROWS)
    assert caught.value.code == "settings.loftq"
