"""Everything up to the first step."""

import json
import shutil

import pytest

from ft_core.data.prepare import prepare
from ft_core.errors import FTError
from ft_core.settings.data import SplitSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import sft, training
from tests.helpers import data_spec, make_base_model, make_dataset, make_run, write_toy_csv
from tests.train.pairs import make_pair_run, make_pairs


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture
def short(base, tmp_path):
    """A base model that can read 64 tokens, which a run may know only when it is downloaded."""
    folder = shutil.copytree(base, tmp_path / "short")
    values = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(values | {"max_position_embeddings": 64}))
    return folder


def test_the_usual_length_is_lowered_to_the_context_and_the_log_says_so(tmp_path, short):
    spec = TrainSpec(method="lora", epochs=1, batch_size=8, lora_rank=4, threads=1)
    run = make_run(tmp_path / "runs", short, make_dataset(tmp_path / "datasets", 30), spec)
    assert spec.max_length == 512 and sft.prepare(run, lambda *_: None, None, 4).trainer.args.max_length == 64
    assert "lowered from 512 to 64 tokens" in run.log_tail()


def test_the_log_says_what_cannot_be_without_validation_rows(tmp_path, base):
    data = data_spec().model_copy(update={"split": SplitSpec(validation=0.0, test=0.2)})
    (tmp_path / "datasets").mkdir()
    dataset = prepare(write_toy_csv(tmp_path / "toy.csv", 30), data, "classification", tmp_path / "datasets")
    spec = TrainSpec(method="lora", epochs=1, batch_size=8, lora_rank=4, threads=1)
    run = make_run(tmp_path / "runs", base, dataset, spec)
    sft.prepare(run, lambda *_: None, None, 4)
    assert "There are no validation rows" in run.log_tail()


@pytest.mark.parametrize("task", ["sft", "head", "preference"])
def test_more_tokens_than_the_context_are_refused_before_the_model_is_loaded(tmp_path, short, task):
    head = "classification" if task == "head" else "written"
    spec = TrainSpec(method="lora", epochs=1, batch_size=8, lora_rank=4, max_length=65, head=head, threads=1)
    if task == "preference":
        run = make_pair_run(tmp_path, short, make_pairs(tmp_path / "datasets", 30), spec)
    else:
        run = make_run(tmp_path / "runs", short, make_dataset(tmp_path / "datasets", 30), spec)
    with pytest.raises(FTError) as caught:
        training.prepare(run, lambda *_: None, None, 4)
    assert caught.value.code == "settings.too_long" and "64 tokens" in caught.value.why


@pytest.mark.parametrize("task", ["sft", "head", "preference"])
def test_tokens_that_the_model_does_not_know_are_refused_before_it_is_loaded(tmp_path, base, task):
    """Its tokenizer was given more tokens than its embedding has rows; the weights are not even there."""
    folder = shutil.copytree(base, tmp_path / "small", ignore=shutil.ignore_patterns("*.safetensors"))
    values = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(values | {"vocab_size": 300}))
    head = "classification" if task == "head" else "written"
    spec = TrainSpec(method="lora", epochs=1, batch_size=8, lora_rank=4, head=head, threads=1)
    if task == "preference":
        run = make_pair_run(tmp_path, folder, make_pairs(tmp_path / "datasets", 30), spec)
    else:
        run = make_run(tmp_path / "runs", folder, make_dataset(tmp_path / "datasets", 30), spec)
    with pytest.raises(FTError) as caught:
        training.prepare(run, lambda *_: None, None, 4)
    assert caught.value.code == "model.broken" and "knows 300 tokens" in caught.value.why


def test_a_share_of_the_rows_gives_fewer_steps_and_the_log_says_what_is_learnt(tmp_path, base):
    spec = TrainSpec(method="lora", epochs=2, batch_size=8, lora_rank=4, training_share=0.5, threads=1)
    dataset = make_dataset(tmp_path / "datasets", 60)
    run = make_run(tmp_path / "runs", base, dataset, spec)
    prepared = sft.prepare(run, lambda *_: None, None, 4)
    half = round(dataset.counts["train"] / 2)
    assert prepared.plan.rows == half and prepared.plan.steps == -(-2 * half // 8)
    assert len(prepared.lengths) == prepared.plan.steps * 8
    assert f"{half} training examples" in run.log_tail()
    assert prepared.trainer.args.gradient_accumulation_steps == 2 and prepared.beginning is None
