"""A base model's sizes without loading it."""

import json

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from ft_core import catalog
from ft_core.fit.architecture import architecture, of_catalog, of_folder
from tests.helpers import make_base_model


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_base_model(tmp_path_factory.mktemp("fit") / "base")


@pytest.mark.parametrize("info", catalog.suggestions(), ids=lambda info: info.id)
def test_the_catalogs_sizes_give_the_catalogs_parameters(info):
    found = of_catalog(info)
    assert found.parameters == info.parameters and found.context == info.context


def test_the_starter_is_read_from_its_files_as_the_catalog_says():
    read, said = architecture(catalog.STARTER), of_catalog(catalog.suggestions()[0])
    assert read.exact and not said.exact
    assert (read.embedding, read.linear, read.other) == (said.embedding, said.linear, said.other)
    assert read.lora_parameters(16) == said.lora_parameters(16)


@pytest.mark.parametrize("tied", [True, False])
def test_counts_are_those_of_the_loaded_model(tmp_path, tied):
    config = LlamaConfig(
        vocab_size=100,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=tied,
    )
    model = LlamaForCausalLM(config)
    model.save_pretrained(tmp_path)
    exact = of_folder(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    reckoned = of_folder(tmp_path)
    assert exact.exact and exact.parameters == reckoned.parameters == model.num_parameters()
    assert exact.embedding == 3200 * (1 if tied else 2) == reckoned.embedding


def test_a_loras_parameters_are_those_that_peft_makes(base):
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    tuned = get_peft_model(model, LoraConfig(r=8, target_modules="all-linear", task_type="CAUSAL_LM"))
    trainable = sum(parameter.numel() for parameter in tuned.parameters() if parameter.requires_grad)
    assert of_folder(base).lora_parameters(8) == trainable


def test_what_is_not_known_is_none(tmp_path):
    assert architecture("nobody/has-this-model") is None
    assert architecture("Qwen/Qwen2.5-0.5B-Instruct").layers == 24
    a_size_for_each_layer = {
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": [4, 4],
        "vocab_size": 400,
    }
    for values in ({"model_type": "clip"}, a_size_for_each_layer):
        (tmp_path / "config.json").write_text(json.dumps(values))
        assert architecture(str(tmp_path)) is None
