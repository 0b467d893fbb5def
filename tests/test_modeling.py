"""Loading tokenizers, base models and a run's adapter."""

import json

import pytest
import torch
from bitsandbytes.nn import Linear4bit

from ft_core import modeling
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.settings.model import ModelSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import results
from ft_core.train.methods.adapt import adapt
from tests.helpers import make_base_model, make_dataset, make_run


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_base_model(tmp_path_factory.mktemp("base"))


def test_base_in_four_bits_and_not(base):
    quantised = modeling.load_base(str(base))
    assert sum(isinstance(module, Linear4bit) for module in quantised.modules()) == 14
    plain = modeling.load_base(str(base), quantised=False)
    assert not any(
        isinstance(module, Linear4bit) for module in plain.modules()
    ) and plain.dtype == modeling.compute_dtype(64)
    ids = torch.tensor([[3, 40, 41, 0]])
    with torch.no_grad():
        assert not torch.equal(plain(ids).logits, quantised(ids).logits)
        assert torch.nn.functional.cosine_similarity(plain(ids).logits[0], quantised(ids).logits[0]).min() > 0.9


def test_a_forward_in_eval_mode_leaves_four_bit_weights_and_gradients_as_they_were(base):
    model = modeling.load_base(str(base))
    layers = [module for module in model.modules() if isinstance(module, Linear4bit)]
    before = [(layer.weight.clone(), layer.weight.quant_state.absmax.clone()) for layer in layers]
    states = torch.randn(1, 8, 64, dtype=modeling.compute_dtype(64), requires_grad=True)

    def gradient() -> torch.Tensor:
        return torch.autograd.grad(model.train()(inputs_embeds=states).logits.logsumexp(-1).sum(), states)[0]

    first = gradient()
    with torch.no_grad():
        model.eval()(torch.tensor([[3, 40, 41, 0]]))
    assert torch.equal(first, gradient()) and first.abs().sum() > 0
    for layer, (weight, absmax) in zip(layers, before, strict=True):
        assert torch.equal(layer.weight, weight) and torch.equal(layer.weight.quant_state.absmax, absmax)


def test_run_model_is_the_base_while_its_adapter_is_off(tmp_path, base):
    run = make_run(tmp_path / "runs", base, make_dataset(tmp_path / "datasets", 60))
    with pytest.raises(FTError) as caught:
        modeling.load_run_model(run)
    assert caught.value.code == "run.no_adapter"
    fresh = adapt(modeling.load_base(str(base)), TrainSpec(lora_rank=4))
    with torch.no_grad():
        for name, parameter in fresh.named_parameters():
            if "lora_B" in name:
                parameter.fill_(0.05)
    tokenizer = modeling.load_tokenizer(str(base))
    results.save(run, fresh, tokenizer, ModelSpec(base=str(base)))

    pair = modeling.load_run_model(run)
    model = pair.tuned
    assert not model.training
    assert {parameter.dtype for name, parameter in model.named_parameters() if "lora_" in name} == {torch.float32}
    ids = torch.tensor([[3, 40, 41, 0]])
    with torch.no_grad():
        tuned, expected = model(ids).logits, fresh.eval()(ids).logits
        with pair.base() as alone:
            bare = alone(ids).logits
        assert torch.equal(tuned, expected) and not torch.allclose(tuned, bare)
        assert torch.equal(bare, modeling.load_base(str(base))(ids).logits)  # in 4 bits


def test_weights_that_take_too_much_memory_as_plain_numbers_stay_in_four_bits(base, monkeypatch):
    def packed() -> int:
        model = modeling._unpacked(modeling.load_base(str(base)))
        return sum(isinstance(module, Linear4bit) for module in model.modules())

    if modeling.device() == "cpu":
        assert packed() == 0
    monkeypatch.setattr(modeling, "UNPACKED", 1000)
    assert packed() == 14


def test_a_run_keeps_the_commit_that_is_recorded_in_it(tmp_path, base):
    dataset = make_dataset(tmp_path / "datasets", 60)
    local = make_run(tmp_path / "runs", base, dataset)
    assert modeling.pinned(local) == ModelSpec(base=str(base)) and local.model_revision is None
    run = make_run(tmp_path / "runs", "alice/tiny-chat", dataset)
    run.write_model_revision("a" * 40)
    run.write_model_revision("b" * 40)
    assert run.model_revision == "a" * 40 and run.environment()["python"] == "3.11"
    assert modeling.pinned(run) == ModelSpec(base="alice/tiny-chat", revision="a" * 40)  # and asks no Hub


def test_missing_models(tmp_path):
    for name in (str(tmp_path), "not a hub id", str(tmp_path / "nowhere")):
        with pytest.raises(FTError) as caught:
            modeling.load_base(name)
        assert caught.value.code == "model.missing", name


def test_damaged_weights(tmp_path):
    folder = make_base_model(tmp_path)
    (folder / "model.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(FTError) as caught:
        modeling.load_base(str(folder))
    assert caught.value.code == "model.broken" and "weights" in caught.value.why


def test_a_tokenizer_without_a_template(tmp_path):
    folder = make_base_model(tmp_path)
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(FTError) as caught:
        modeling.load_tokenizer(str(folder))
    assert caught.value.code == "model.template"


def test_what_pads_where_no_token_is_made_for_it(tmp_path):
    folder = make_base_model(tmp_path)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text())
    for tokens, pads in (({"eos_token": "<|end|>"}, "<|end|>"), ({"bos_token": "<|user|>"}, "<|user|>")):
        bare = {name: value for name, value in config.items() if not name.endswith("_token")}
        path.write_text(json.dumps(bare | tokens))
        tokenizer = modeling.load_tokenizer(str(folder))
        assert tokenizer.pad_token == pads
        assert ChatTokenizer.load(folder).padding == (tokenizer.pad_token_id, pads)
    path.write_text(json.dumps(bare))
    with pytest.raises(FTError) as caught:
        modeling.load_tokenizer(str(folder))
    assert caught.value.code == "model.padding"


def test_only_wide_models_are_computed_in_bfloat16_on_a_processor():
    assert torch.cuda.is_available() or modeling.compute_dtype(256) == torch.float32
    wide = torch.bfloat16 if modeling.has_matrix_units() else torch.float32
    assert torch.cuda.is_available() or modeling.compute_dtype(576) == wide
