"""The memory of a training: what torch keeps is counted, and the parts grow with what they depend on."""

from copy import copy

import pytest
import torch
from peft import IA3Config, LoraConfig, PrefixTuningConfig, PromptTuningConfig, get_peft_model
from transformers import AutoModelForCausalLM

from ft_core import catalog
from ft_core.fit import memory
from ft_core.fit.architecture import architecture, of_catalog
from ft_core.settings.train import TrainSpec
from ft_core.train.fast.attention import places
from ft_core.train.fast.fasten import fasten
from ft_core.train.fast.lora import use_in
from tests.helpers import make_base_model

ROWS, TOKENS = 3, 50
ADAPTERS = {
    "lora": LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"),
    "dora": LoraConfig(r=16, lora_alpha=32, use_dora=True, target_modules="all-linear", task_type="CAUSAL_LM"),
    "ia3": IA3Config(
        target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"], task_type="CAUSAL_LM"
    ),
    "prompt_tuning": PromptTuningConfig(num_virtual_tokens=20, task_type="CAUSAL_LM"),
    "prefix_tuning": PrefixTuningConfig(num_virtual_tokens=20, task_type="CAUSAL_LM"),
}
STARTER = of_catalog(catalog.suggestions()[0])
LARGE = of_catalog(catalog.suggestions()[-1])


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_base_model(tmp_path_factory.mktemp("fit") / "base")


def model_of(base, method, fused=False):
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).train()
    config = None if method == "full" else copy(ADAPTERS[method])
    if fused and isinstance(config, LoraConfig):
        use_in(config, model)
    model = model if config is None else get_peft_model(model, config)
    if fused:
        assert fasten(model, unpack=False).padding_free
    return model


def kept(model, fused: bool) -> int:
    """Bytes of all tensors with a row or token dimension that one way forward keeps for the way back."""
    found = {}
    parameters = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in parameters and {ROWS, ROWS * TOKENS} & set(tensor.shape[: 2 if fused else 1]):
            found[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    ids = torch.full((ROWS, TOKENS), 7)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        if fused:
            model(input_ids=ids.view(1, -1), **places([TOKENS] * ROWS), logits_to_keep=1)
        else:
            model(input_ids=ids, attention_mask=torch.ones_like(ids), logits_to_keep=1)
    return sum(size for size, _ in found.values())


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("method", ["lora", "dora", "ia3", "full"])
def test_what_a_layer_keeps_is_what_torch_keeps(base, method, fused):
    sizes = architecture(str(base))
    foretold = memory.kept_by_a_layer(sizes, TrainSpec(method=method), 4, fused) * sizes.layers * ROWS * TOKENS
    assert foretold == pytest.approx(kept(model_of(base, method, fused), fused), rel=0.1)


@pytest.mark.parametrize("method", ["lora", "dora", "ia3", "prompt_tuning", "prefix_tuning", "full"])
def test_what_learns_is_counted_as_peft_counts_it(base, method):
    trainable = sum(one.numel() for one in model_of(base, method).parameters() if one.requires_grad)
    assert memory.trained_parameters(architecture(str(base)), TrainSpec(method=method)) == trainable


def test_four_bits_are_as_large_as_bitsandbytes_makes_them():
    from ft_core import modeling

    model = modeling.load_base(catalog.STARTER)
    linears = [m for m in model.modules() if type(m).__name__ == "Linear4bit"]
    stored = sum(m.weight.nbytes + m.weight.quant_state.absmax.nbytes for m in linears)
    stored += sum(m.weight.quant_state.state2.absmax.nbytes for m in linears)
    foretold = memory.weights_bytes(STARTER, TrainSpec(), 4) - 4 * (STARTER.embedding + STARTER.other)
    assert foretold == pytest.approx(stored, rel=0.01)


def test_whole_models_take_sixteen_bytes_a_parameter_and_four_bits_hardly_one():
    whole = memory.estimate(LARGE, TrainSpec(method="full"), 1, 128, 4, True)
    assert whole.weights + whole.optimizer == 12 * LARGE.parameters and whole.adapter == 0
    assert whole.gradients == 4 * (LARGE.parameters + LARGE.embedding), "tied: both uses have theirs"
    small = memory.estimate(LARGE, TrainSpec(), 1, 128, 2, True)
    assert small.weights < 0.85 * LARGE.parameters and small.total < whole.total / 5
    in_8_bits = memory.estimate(LARGE, TrainSpec(method="full", optimizer="adamw_8bit"), 1, 128, 4, True)
    assert in_8_bits.optimizer == pytest.approx(whole.optimizer / 4, rel=0.03)


def test_activations_grow_with_rows_and_tokens_and_shrink_when_recomputed():
    one, eight = (memory.estimate(STARTER, TrainSpec(method="lora"), rows, 128, 4, True) for rows in (1, 8))
    longer = memory.estimate(STARTER, TrainSpec(method="lora"), 1, 1024, 4, True)
    assert eight.activations == longer.activations == pytest.approx(8 * one.activations)
    again = memory.estimate(STARTER, TrainSpec(method="lora", gradient_checkpointing=True), 8, 128, 4, True)
    assert again.activations < eight.activations / 2 and again.weights == eight.weights


def test_scores_are_made_where_an_answer_is_learnt():
    all_of_it, answer = (memory.estimate(LARGE, TrainSpec(), 8, 512, 2, True, learnt) for learnt in (None, 8))
    assert all_of_it.logits == 64 * answer.logits > 5e9
    assert answer.gigabytes()["total"] == pytest.approx(answer.total / 1e9, abs=0.001)


def test_the_micro_batch_divides_the_batch_and_fits():
    spec = TrainSpec(batch_size=12)
    assert memory.largest_micro_batch(STARTER, spec, 100, 4, False, 16e9) == 12
    assert memory.largest_micro_batch(LARGE, spec, 2048, 2, True, 24e9, 64) < 12
    assert memory.largest_micro_batch(LARGE, spec, 2048, 2, True, 1e9, 64) == 1


@pytest.mark.parametrize(("method", "four_bit"), [("qlora", True), ("lora", False), ("full", False)])
def test_methods_that_hold_the_base_in_four_bits(method, four_bit):
    assert memory.in_four_bits(TrainSpec(method=method)) is four_bit
    assert memory.in_four_bits(TrainSpec(method="ia3", four_bit=True))


def test_last_layers_learn_their_share():
    assert memory.trained_parameters(STARTER, TrainSpec(method="layers", trained_layers=5)) == (
        STARTER.linear + STARTER.other
    )
    assert memory.trained_parameters(STARTER, TrainSpec(method="layers", trained_layers=1)) * 5 == pytest.approx(
        STARTER.linear + STARTER.other, abs=5
    )
