"""A fast training computes what a plain one does, for architectures of all kinds, or stays plain and says so."""

from pathlib import Path

import pytest
import torch
from datasets import Dataset
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    Gemma3TextConfig,
    GemmaConfig,
    GPT2Config,
    LlamaConfig,
    Phi3Config,
    PhiConfig,
    Qwen2Config,
    Qwen3Config,
)

from ft_core.settings.train import TrainSpec
from ft_core.train import build
from ft_core.train.answer_trainer import AnswerTrainer
from ft_core.train.fast.fasten import PLAIN, Fast, _attends, fasten
from ft_core.train.fast.lora import Fused, FusedLinear4bit
from ft_core.train.methods.adapt import adapt
from ft_core.train.rows import IGNORED
from tests.helpers import make_base_model

SIZES = {
    "vocab_size": 400, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
    "max_position_embeddings": 512, "pad_token_id": 1, "bos_token_id": None, "eos_token_id": 0,
}  # fmt: skip
KINDS = {
    "llama": LlamaConfig(**SIZES, num_key_value_heads=2),
    "qwen2": Qwen2Config(**SIZES, num_key_value_heads=2),
    "qwen3": Qwen3Config(**SIZES, num_key_value_heads=2, head_dim=16),
    "gemma": GemmaConfig(**SIZES, num_key_value_heads=1, head_dim=16),
    "gemma3": Gemma3TextConfig(**SIZES, num_key_value_heads=2, head_dim=16, sliding_window=8),
    "phi": PhiConfig(**SIZES),
    "phi3": Phi3Config(**SIZES, num_key_value_heads=2),
}
# One row is 50 times as long as another; of one a single token is learnt.
LENGTHS, LEARNT = (4, 200, 17, 33), (1, 90, 5, 33 - 1)


def table() -> Dataset:
    chance = torch.Generator().manual_seed(0)
    ids = [torch.randint(2, 400, (length,), generator=chance).tolist() for length in LENGTHS]
    labels = [[IGNORED] * (len(row) - learnt) + row[-learnt:] for row, learnt in zip(ids, LEARNT, strict=True)]
    return Dataset.from_dict({"input_ids": ids, "labels": labels})


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    return AutoTokenizer.from_pretrained(make_base_model(tmp_path_factory.mktemp("tokenizer")))


@pytest.fixture
def trained(tmp_path: Path, tokenizer):
    """trained(config, fused, ...): how fast it went, the loss of one step, its gradients by name."""

    def compute(config, fused: bool, method="lora", quantised=False, again=False, dtype=torch.float32):
        folder = tmp_path / config.model_type
        if not folder.is_dir():
            torch.manual_seed(0)
            AutoModelForCausalLM.from_config(config).save_pretrained(folder)
        four_bits = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
        )  # fmt: skip
        loaded = AutoModelForCausalLM.from_pretrained(
            folder, quantization_config=four_bits if quantised else None, dtype=dtype, attn_implementation="sdpa"
        )  # fmt: skip
        spec = TrainSpec(method=method, batch_size=4, threads=1, fused=fused, gradient_checkpointing=again)
        torch.manual_seed(1)
        model = adapt(loaded, spec)
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(parameter, std=0.1)
        fast = fasten(model, unpack=quantised) if fused else PLAIN
        trainer = AnswerTrainer(
            model=model, arguments=build.sft_arguments(spec, tmp_path / "out", 1, 4, str(dtype)[6:], use_cpu=True),
            train_rows=table(), validation_rows=table(), tokenizer=tokenizer, part_names=["a"], callbacks=[], fast=fast,
        )  # fmt: skip
        if again:
            model.activation_checkpointing_enable()
        batch = trainer._prepare_inputs(trainer.data_collator(list(trainer.train_dataset)))
        with trainer.compute_loss_context_manager():
            loss = trainer.compute_loss(model.train(), batch)
        loss.backward()
        assert trainer.tally.learnt == sum(LEARNT)
        gradients = {name: p.grad for name, p in model.named_parameters() if p.requires_grad}
        return fast, loss.item(), gradients

    return compute


def assert_equal(fast, plain):
    assert fast[1] == pytest.approx(plain[1], rel=1e-5)
    assert fast[2].keys() == plain[2].keys() and len(plain[2]) > 5
    for name, gradient in plain[2].items():
        assert torch.allclose(fast[2][name], gradient, rtol=1e-3, atol=1e-4 * float(gradient.abs().max())), name


@pytest.mark.parametrize("kind", KINDS)
def test_loss_and_gradients_are_the_plain_ones(kind, trained):
    fast, plain = trained(KINDS[kind], True), trained(KINDS[kind], False)
    assert fast[0].padding_free and fast[0].loss_in_parts
    assert_equal(fast, plain)


@pytest.mark.parametrize("method", ["full", "layers", "dora", "rslora", "ia3"])
def test_methods(method, trained):
    fast, plain = trained(KINDS["llama"], True, method), trained(KINDS["llama"], False, method)
    assert fast[0].padding_free and fast[0].loss_in_parts is (method != "full")
    assert_equal(fast, plain)


@pytest.mark.parametrize("again", [False, True])
def test_four_bits_with_and_without_computing_again(again, trained):
    fast, plain = (trained(KINDS["llama"], fused, "qlora", True, again) for fused in (True, False))
    assert_equal(fast, plain)


@pytest.mark.parametrize("method", ["qlora", "lora", "dora", "ia3", "layers", "full"])
def test_in_bfloat16_as_close_as_rounding_lets_it(method, trained):
    """Both against float32: the fast way is about as far from it as the plain one, which is a matter of chance in one row."""
    fast, plain = (
        trained(KINDS["llama"], fused, method, method == "qlora", dtype=torch.bfloat16) for fused in (True, False)
    )
    exact = trained(KINDS["llama"], False, method, method == "qlora")
    assert fast[0].padding_free and fast[1] == pytest.approx(plain[1], rel=2e-3)

    def distance(gradients: dict[str, torch.Tensor]) -> float:
        one, other = (torch.cat([each[name].flatten() for name in exact[2]]) for each in (gradients, exact[2]))
        return float((one - other).norm() / other.norm())

    assert distance(fast[2]) < 2 * distance(plain[2]) < 0.1


def test_what_it_says(trained):
    assert str(trained(KINDS["llama"], True)[0]) == "computed with rows without padding, logits in parts, fused layers"
    assert str(trained(KINDS["gemma"], True)[0]).endswith("fused layers but for GemmaMLP")
    assert str(Fast(why_padded="why")) == "computed by the libraries' own layers; rows are padded: why"


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"method": "rslora"},
        {"method": "lora", "initialisation": "pissa"},
        {"initialisation": "eva"},
        {"method": "lora"},
    ],
)
def test_adapters_of_every_kind_are_of_fused_layers(tmp_path, spec):
    from ft_core import modeling

    base = modeling.load_base(str(make_base_model(tmp_path)), quantised=spec.get("method") != "lora")
    asked = TrainSpec(**spec, **({"four_bit": True} if spec.get("method") == "rslora" else {}))
    kinds = {type(module) for module in adapt(base, asked).modules() if hasattr(module, "lora_A")}
    assert len(kinds) == 1 and issubclass(kinds.pop(), Fused)
    for other in (asked.model_copy(update={"fused": False}), asked.model_copy(update={"lora_dropout": 0.1})):
        base = modeling.load_base(str(tmp_path), quantised=spec.get("method") != "lora")
        assert not any(isinstance(module, Fused) for module in adapt(base, other).modules())


def test_an_earlier_adapter_learns_on_in_fused_layers(tmp_path):
    from ft_core import modeling

    base, spec = str(make_base_model(tmp_path / "base")), TrainSpec()
    adapt(modeling.load_base(base), spec).save_pretrained(tmp_path / "adapter")
    model = adapt(modeling.load_base(base), spec, tmp_path / "adapter")
    assert sum(isinstance(module, Fused) for module in model.modules()) == 14
    assert any(parameter.requires_grad for parameter in model.parameters())


def test_a_base_stored_in_four_bits_is_computed_in_our_type(tmp_path):
    from ft_core import modeling

    four_bits = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.float16)
    base = make_base_model(tmp_path / "base")
    AutoModelForCausalLM.from_pretrained(base, quantization_config=four_bits).save_pretrained(tmp_path / "four")
    AutoTokenizer.from_pretrained(base).save_pretrained(tmp_path / "four")
    model = adapt(modeling.load_base(str(tmp_path / "four")), TrainSpec())
    assert {m.dense_dtype for m in model.modules() if isinstance(m, FusedLinear4bit)} == {torch.float32}
    assert fasten(model, unpack=True).fused


def test_adapters_that_give_other_numbers_stay_pefts(tmp_path):
    model = adapt(AutoModelForCausalLM.from_pretrained(make_base_model(tmp_path)), TrainSpec(method="lora"))
    layer = next(module for module in model.modules() if isinstance(module, Fused))
    layer.base_layer.register_forward_hook(lambda _module, _given, out: out * 2)  # which a fused layer does not call
    fast = fasten(model, unpack=False)
    assert fast.left[0] == "the adapters" and layer.aside


def test_a_window_that_the_layers_do_not_tell_is_not_guessed():
    config = AutoConfig.for_model(
        "qwen2_moe", **SIZES, num_key_value_heads=2, use_sliding_window=True, sliding_window=8, max_window_layers=2,
        num_experts=2, num_experts_per_tok=1, moe_intermediate_size=32, shared_expert_intermediate_size=32,
    )  # fmt: skip
    fast = fasten(adapt(AutoModelForCausalLM.from_config(config), TrainSpec(method="full")), unpack=False)
    assert not fast.padding_free and "window" in fast.why_padded and "rows are padded: a window" in str(fast)


def test_attention_that_cannot_be_exchanged_stays_padded():
    config = AutoConfig.for_model("gptj", vocab_size=400, n_embd=64, n_layer=2, n_head=4, rotary_dim=8, n_positions=64)
    fast = fasten(adapt(AutoModelForCausalLM.from_config(config), TrainSpec(method="full")), unpack=False)
    assert not fast.padding_free and "cannot be exchanged" in fast.why_padded


def test_memory_that_is_refused_is_no_unknown_architecture(monkeypatch):
    model = adapt(AutoModelForCausalLM.from_config(KINDS["llama"]), TrainSpec(method="full"))

    def refused(*_args, **_kwargs):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(model.model.layers[0].self_attn.q_proj, "forward", refused)
    expected = torch.zeros(11, 400)
    with pytest.raises(RuntimeError, match="allocate memory"):
        _attends(model, model, expected)


def test_an_architecture_with_dropout_in_its_attention_stays_padded():
    config = GPT2Config(vocab_size=400, n_embd=64, n_layer=2, n_head=4, attn_pdrop=0.1)
    model = adapt(AutoModelForCausalLM.from_config(config), TrainSpec(method="full"))
    before = model.config._attn_implementation
    fast = fasten(model, unpack=False)
    assert not fast.padding_free and not fast.loss_in_parts and model.config._attn_implementation == before
    assert (
        model.training
        and str(fast) == "computed by the libraries' own layers; rows are padded: dropout in its attention"
    )


def test_scaled_logits_are_made_whole():
    config = AutoConfig.for_model("granite", **SIZES, num_key_value_heads=2, logits_scaling=3.0)
    fast = fasten(adapt(AutoModelForCausalLM.from_config(config), TrainSpec(method="lora")), unpack=False)
    assert fast.padding_free and not fast.loss_in_parts


def test_soft_prompts_stay_padded(tmp_path):
    model = adapt(AutoModelForCausalLM.from_pretrained(make_base_model(tmp_path)), TrainSpec(method="prompt_tuning"))
    assert not fasten(model, unpack=False).padding_free


def test_unpacked_weights_are_those_of_the_four_bits_and_are_not_saved(tmp_path):
    from ft_core import modeling

    model = adapt(modeling.load_base(str(make_base_model(tmp_path))), TrainSpec(method="qlora"))
    names = set(model.state_dict())
    fasten(model, unpack=True)
    found = [module for module in model.modules() if isinstance(module, FusedLinear4bit)]
    assert len(found) == 14 and set(model.state_dict()) == names
    for layer in found:
        held, layer.unpacked = layer.unpacked, None
        assert held is not None and torch.equal(held, layer.dense())
