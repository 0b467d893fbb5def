"""Two models share scores only when nothing differs that could change one."""

import shutil

import pytest
import torch
from peft import LoraConfig, PromptTuningConfig, get_peft_model

from ft_core import modeling
from ft_core.evals.benchmarks.identity import identity
from ft_core.modeling import Pair
from tests import helpers


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return helpers.make_base_model(tmp_path_factory.mktemp("base"))


def adapted(base, config=None, quantised=False):
    torch.manual_seed(5)
    config = config or LoraConfig(r=2, lora_alpha=4, target_modules=["q_proj"], init_lora_weights=False)
    model = get_peft_model(modeling.load_base(str(base), quantised=quantised), config)
    return Pair(model.eval(), modeling.load_tokenizer(str(base)))


def test_the_base_is_one_whatever_the_adapter_and_the_folder(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "another name")
    one, other = adapted(folder), adapted(copy)
    plain = Pair(one.tuned, one.tokenizer, whole_base=modeling.load_base(str(folder), quantised=False))
    soft = adapted(folder, PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3))
    bases = {identity(pair, "base", 512) for pair in (one, other, plain, soft)}
    assert len(bases) == 1
    assert identity(one, "tuned", 512) == identity(other, "tuned", 512)
    assert len({identity(pair, "tuned", 512) for pair in (one, soft)} | bases) == 3


def test_another_number_anywhere_is_another_model(folder):
    pair = adapted(folder)
    found = {identity(pair, "tuned", 512), identity(pair, "tuned", 500)}
    alpha = LoraConfig(r=2, lora_alpha=8, target_modules=["q_proj"], init_lora_weights=False)
    found.add(identity(adapted(folder, alpha), "tuned", 512))
    with torch.no_grad():
        next(weight for name, weight in pair.tuned.named_parameters() if "lora_B" in name)[0, 0] += 1e-3
    found.add(identity(pair, "tuned", 512))
    before = identity(pair, "base", 512)
    with torch.no_grad():
        next(weight for name, weight in pair.tuned.named_parameters() if "k_proj" in name)[0, 0] += 1e-3
    found |= {before, identity(pair, "base", 512), identity(pair, "tuned", 512)}
    found.add(identity(adapted(folder, quantised=True), "base", 512))
    assert len(found) == 8
