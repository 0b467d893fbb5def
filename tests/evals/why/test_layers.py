"""How much the training changed each layer, against a merge made by hand."""

import pytest
import torch

from ft_core import modeling
from ft_core.evals.why.layers import changed_layers
from ft_core.modeling import Pair
from ft_core.settings.train import TrainSpec
from ft_core.train.methods.adapt import adapt
from tests.helpers import make_base_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(make_base_model(tmp_path_factory.mktemp("base")))


@pytest.mark.parametrize("method", ["lora", "dora", "rslora", "ia3"])
def test_it_is_what_merging_changes(folder, method):
    base, tokenizer = modeling.load_base(folder, quantised=False), modeling.load_tokenizer(folder)
    spec = {} if method == "ia3" else {"lora_rank": 4}
    tuned = adapt(modeling.load_base(folder, quantised=False), TrainSpec.model_validate({"method": method, **spec}))
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if parameter.requires_grad:
                parameter += 0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(len(name)))
    rows = changed_layers(Pair(tuned, tokenizer))
    merged, before = dict(tuned.merge_and_unload().named_parameters()), dict(base.named_parameters())
    assert {row["layer"] for row in rows} == {0, 1}
    for row in rows:
        (name,) = (one for one in before if f".{row['layer']}." in one and one.endswith(f"{row['module']}.weight"))
        expected = ((merged[name] - before[name]).norm() / before[name].norm()).detach()
        assert row["change"] == pytest.approx(float(expected), rel=1e-4) and row["change"] > 0


def test_an_untrained_adapter_on_four_bits_has_changed_nothing(folder):
    tuned = adapt(modeling.load_base(folder), TrainSpec(lora_rank=4))
    rows = changed_layers(Pair(tuned, modeling.load_tokenizer(folder)))
    assert len(rows) == 14 and all(row["change"] == 0 for row in rows)


def test_a_soft_prompt_changes_no_matrix(folder):
    tuned = adapt(modeling.load_base(folder), TrainSpec(method="prompt_tuning", virtual_tokens=4))
    assert changed_layers(Pair(tuned, modeling.load_tokenizer(folder))) == []


def test_of_a_whole_model_only_what_changed_is_named(folder):
    tuned, base = modeling.load_base(folder, quantised=False), modeling.load_base(folder, quantised=False)
    with torch.no_grad():
        tuned.model.layers[1].mlp.up_proj.weight *= 1.5
    (row,) = changed_layers(Pair(tuned, modeling.load_tokenizer(folder), whole_base=base))
    assert row == {"layer": 1, "module": "up_proj", "change": pytest.approx(0.5)}
