"""head: what peft is told, and which layer it is."""

import pytest
from torch import nn

from ft_core import modeling
from ft_core.settings.methods import HEADED, METHODS, WHOLE_MODEL, in_four_bits
from ft_core.settings.train import TrainSpec
from ft_core.train.methods.adapt import adapt
from ft_core.train.methods.head import head_of, task_type

LABELS = ("animal", "fruit", "tool")


def test_the_task_that_peft_is_told():
    assert task_type(TrainSpec()) == "CAUSAL_LM" and task_type(TrainSpec(head="classification")) == "SEQ_CLS"


@pytest.mark.parametrize("method", HEADED)
def test_the_head_learns_whole_and_without_an_adapter_of_its_own(base_folder, method):
    spec = TrainSpec(method=method, head="classification")
    base = modeling.load_base(str(base_folder), quantised=in_four_bits(method, False), labels=LABELS)
    assert type(head_of(base)) is nn.Linear, "not in 4 bits"
    model = adapt(base, spec)
    heads = {name: tuple(p.shape) for name, p in model.named_parameters() if "score" in name and p.requires_grad}
    assert list(heads.values()) == [(len(LABELS), 64)], METHODS[method].title
    frozen = [p for name, p in model.named_parameters() if "embed_tokens" in name]
    assert frozen and all(p.requires_grad == (method == "full") for p in frozen)
    assert any(p.requires_grad for name, p in model.named_parameters() if "score" not in name)
    assert (method in WHOLE_MODEL) == (not hasattr(model, "peft_config"))
