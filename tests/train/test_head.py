"""A classification head trained for real: every method, what is saved, exact resume, and what is refused."""

import json
from pathlib import Path

import numpy
import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file
from transformers import GPT2Config, GPT2ForSequenceClassification

from ft_core import generate, modeling
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.pipeline.runs import create_run
from ft_core.prompts import prompt_ids
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.methods import HEADED, METHODS, SOFT_PROMPTS, WHOLE_MODEL, in_four_bits
from ft_core.settings.train import TrainSpec
from ft_core.train import head, training
from ft_core.workspace import Workspace
from tests.helpers import data_spec, make_base_model, make_dataset, make_run, prepare, write_toy_csv


def spec(method: str = "qlora", **values) -> TrainSpec:
    known = {"epochs": 4, "learning_rate": 5e-3 * METHODS[method].rate, "batch_size": 8, "evaluations": 3, "threads": 1}
    return TrainSpec.model_validate({"method": method, "head": "classification", "max_length": 128} | known | values)


def quiet(step: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("data") / "datasets")


@pytest.fixture(scope="module")
def trained(tmp_path_factory, base, dataset) -> dict[str, Run]:
    """A finished run of each method that can train a head."""
    runs = {
        method: make_run(tmp_path_factory.mktemp(method), base, dataset, spec(method, micro_batch_size=4))
        for method in HEADED
    }
    for run in runs.values():
        assert training.train(run, quiet)["status"] == "done"
    return runs


@pytest.mark.parametrize("method", HEADED)
def test_the_loss_falls_and_what_was_validated_is_what_is_loaded(trained, dataset, method):
    run = trained[method]
    steps = [row for row in run.metrics() if row["kind"] == "train"]
    held = [row for row in run.metrics() if row["kind"] == "validation"]
    assert steps[-1]["loss"] < 0.7 * steps[0]["loss"]
    assert all(row["accuracy"] == row["token_accuracy"] for row in (*steps, *held))
    pair = modeling.load_run_model(run)
    assert pair.labels == tuple(dataset.labels) and run.has_adapter == (method not in WHOLE_MODEL)
    examples = dataset.examples("validation")
    found = generate.label_log_probabilities(pair.tuned, pair.tokenizer, [example.prompt for example in examples])
    right = numpy.array([pair.labels.index(example.answer) for example in examples])
    losses = -found[numpy.arange(len(right)), right]
    assert losses.mean() == pytest.approx(run.training()["validation_loss"], rel=1e-3)
    kept = next(row for row in held if row["step"] == run.training()["kept_step"])
    assert (found.argmax(axis=1) == right).mean() == pytest.approx(kept["accuracy"])


def test_the_base_weights_stay_and_the_base_still_writes(trained, base):
    pair = modeling.load_run_model(trained["qlora"])
    ids = torch.tensor([[3, 40, 41, 0]])
    with pair.base() as model, torch.no_grad():
        assert torch.equal(model(ids).logits, modeling.load_base(str(base))(ids).logits)
    saved = load_file(trained["qlora"].adapter / "adapter_model.safetensors")
    assert [tuple(weights.shape) for name, weights in saved.items() if "score" in name] == [(3, 64)]
    assert all("lora_" in name or "score" in name for name in saved)
    config = json.loads((trained["qlora"].adapter / "adapter_config.json").read_text())
    assert config["task_type"] == "SEQ_CLS" and "score" in config["modules_to_save"]


def test_samples_are_labels(trained, dataset):
    samples = trained["lora"].samples()
    assert {row["step"] for row in samples} >= {0, trained["lora"].training()["total_steps"]}
    assert {row["answer"] for row in samples} <= set(dataset.labels)


def test_a_prompt_is_read_up_to_where_the_answer_begins_and_a_long_one_loses_its_beginning(dataset, base):
    examples, chat, tokenizer = dataset.examples("train"), ChatTokenizer.load(base), modeling.load_tokenizer(str(base))
    whole = [prompt_ids(tokenizer, example.prompt) for example in examples]
    assert head.tokenise(examples, chat, 128) == (whole, 0)
    longest = max(map(len, whole))
    found, cut_off = head.tokenise(examples, chat, longest - 1)
    assert found == [ids[-(longest - 1) :] for ids in whole]
    assert cut_off == sum(len(ids) == longest for ids in whole) > 0


def test_samples_are_asked_with_prompts_cut_as_in_the_training(dataset, base):
    """A GPT-2 has no position for what lies beyond its context."""
    tokenizer, longest = modeling.load_tokenizer(str(base)), 8
    sizes = {"vocab_size": len(tokenizer), "n_positions": longest, "n_embd": 16, "n_layer": 1, "n_head": 2}
    model = GPT2ForSequenceClassification(GPT2Config(**sizes, num_labels=3, pad_token_id=tokenizer.pad_token_id)).eval()
    examples = dataset.examples("validation")[:3]
    assert all(len(prompt_ids(tokenizer, example.prompt)) > longest for example in examples)
    found = head.chosen_labels(("a", "b", "c"), longest, model, tokenizer, examples)
    assert len(found) == 3 and set(found) <= {"a", "b", "c"}


@pytest.mark.parametrize("method", ["qlora", "layers"])
def test_stopped_and_resumed_is_the_same_run(tmp_path, base, dataset, trained, method):
    run, total = make_run(tmp_path, base, dataset, spec(method, micro_batch_size=4)), trained[method].training()["total_steps"]  # fmt: skip

    def stop(step: int, total_steps: int, message: str) -> None:
        if step == total // 2 and run.stop_requested() is None:
            run.request_stop()

    assert training.train(run, stop)["status"] == "stopped"
    run.clear_stop()
    assert training.train(run, quiet)["weights_sha256"] == trained[method].training()["weights_sha256"]


# What is refused.


@pytest.mark.parametrize("method", SOFT_PROMPTS)
def test_soft_prompts_have_no_head(method):
    with pytest.raises(ValidationError, match=f"{METHODS[method].title} has no `head`: leave it out"):
        TrainSpec(method=method, head="classification")


@pytest.mark.parametrize(("method", "start"), [("lora", "pissa"), ("qlora", "loftq"), ("lora", "eva")])
def test_other_beginnings_are_refused(method, start):
    with pytest.raises(ValidationError, match=f"begins with the initialisation default only, not with {start}"):
        TrainSpec(method=method, head="classification", initialisation=start)


def test_a_sweep_does_not_try_heads():
    values = {"data": {"source": "x.csv"}, "sweep": {"settings": {"head": {"values": ["written", "classification"]}}}}
    with pytest.raises(FTError) as caught:
        project.parse(values, "p")
    assert "losses of labels and of written answers cannot be compared" in caught.value.why


def test_a_task_without_labels_is_refused_when_a_run_is_made_and_when_it_is_trained(tmp_path, base):
    source = write_toy_csv(tmp_path / "toy.csv")
    texts = prepare(source, data_spec(), "instruction", tmp_path / "datasets")
    run = make_run(tmp_path / "runs", base, texts, spec())
    with pytest.raises(FTError, match="the task is instruction") as caught:
        training.train(run, quiet)
    assert caught.value.code == "settings.head" and caught.value.fix.startswith("Set Answer with")
    with pytest.raises(FTError) as caught:
        create_run(Workspace(tmp_path / "home"), run.spec(), texts)
    assert caught.value.code == "settings.head"


def test_a_kind_of_model_that_has_no_head_in_the_library_is_refused(tmp_path):
    folder = make_base_model(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "codegen"}))
    with pytest.raises(FTError, match="kind codegen") as caught:
        modeling.load_base(str(folder), quantised=in_four_bits("lora", False), labels=("a", "b"))
    assert caught.value.code == "model.head"
