"""Training on pairs for real: it learns, from the base model and from a run, resumes to the bit, and leaves one adapter."""

import json

import pytest
import torch

from ft_core.data.prepare import prepare
from ft_core.data.tokens import ChatTokenizer
from ft_core.errors import FTError
from ft_core.settings.example import Example, Message
from ft_core.settings.train import TrainSpec
from ft_core.train import preferences, training
from tests.helpers import data_spec, make_base_model, toy_rows
from tests.train.pairs import SPEC, make_pair_run, make_pairs

WHOLE = TrainSpec(method="full", epochs=2, learning_rate=1e-3, batch_size=8, evaluations=3, max_length=128, threads=1)


def quiet(step: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return make_pairs(tmp_path_factory.mktemp("data") / "datasets")


def resumed(run, stop_at: int) -> dict:
    """The result of a training that is stopped after a step and resumed."""

    def stop(step: int, total: int, message: str) -> None:
        if step == stop_at:
            run.request_stop("pause")

    assert training.train(run, stop)["status"] == "paused"
    run.clear_stop()
    return training.train(run, quiet)


LORA, QLORA, DORA = (SPEC.model_copy(update={"method": method}) for method in ("lora", "qlora", "dora"))
KTO, WHOLE_KTO = (spec.model_copy(update={"preference_loss": "kto"}) for spec in (SPEC, WHOLE))


def learnt(tmp_path, base, dataset, spec):
    """A run from the base that was trained, its result, and the loss of a model that has not moved."""
    first = make_pair_run(tmp_path, base, dataset, spec)
    result = training.train(first, quiet)
    steps = [row for row in first.metrics() if row["kind"] == "train"]
    held = [row for row in first.metrics() if row["kind"] == "validation"]
    unmoved = 0.5 if spec.preference_loss == "kto" else 0.6931  # or log 2: the model is its own reference
    assert steps[0]["loss"] == pytest.approx(unmoved, abs=1e-4), "the reference is where it starts"
    assert result["train_loss"] < steps[0]["loss"] and steps[0]["preferred"] == 0 and steps[-1]["preferred"] > 0.5
    assert len(held) == 3 and 0 <= held[-1]["preferred"] <= 1 and result["validation_loss"] <= held[0]["loss"]
    return first, result, unmoved


@pytest.mark.parametrize("spec", [LORA, DORA, WHOLE_KTO])
def test_it_learns_from_the_base(tmp_path, base, dataset, spec):
    learnt(tmp_path, base, dataset, spec)


@pytest.mark.parametrize("spec", [QLORA, WHOLE, KTO])
def test_it_learns_from_the_base_and_from_a_run_and_resumes_exactly(tmp_path, base, dataset, spec):
    first, result, unmoved = learnt(tmp_path, base, dataset, spec)
    second = make_pair_run(tmp_path, base, dataset, spec, start=first)
    went_on = training.train(second, quiet)
    assert second.metrics()[0]["loss"] == pytest.approx(unmoved, abs=1e-4), "the reference is the run it starts from"
    assert went_on["weights_sha256"] != result["weights_sha256"]
    assert went_on["trainable_parameters"] == result["trainable_parameters"], "the reference does not learn"
    assert not list(second.folder.rglob("ref")), "neither checkpoints nor the result hold the reference"

    again = make_pair_run(tmp_path, base, dataset, spec, start=first)
    assert resumed(again, 5)["weights_sha256"] == went_on["weights_sha256"]


def test_ipo_is_another_loss(tmp_path, base, dataset):
    spec = SPEC.model_copy(update={"preference_loss": "ipo", "epochs": 0.2, "evaluations": 1})
    run = make_pair_run(tmp_path, base, dataset, spec)
    training.train(run, quiet)
    assert run.metrics()[0]["loss"] == pytest.approx(25), "(0 - 1 / (2 beta)) squared, beta 0.1"


def test_batches_hold_both_answers_and_learn_nothing_of_the_prompt(tmp_path, base, dataset):
    trainer = preferences.prepare(make_pair_run(tmp_path, base, dataset), quiet, None, 4).trainer
    batch = next(iter(trainer.get_train_dataloader()))
    assert batch["input_ids"].shape[0] == 8
    texts = [
        trainer.tokenizer.decode(ids[mask.bool()])
        for ids, mask in zip(batch["input_ids"], batch["attention_mask"], strict=True)
    ]
    ends = [
        trainer.tokenizer.decode(ids[mask.bool()])
        for ids, mask in zip(batch["input_ids"], batch["completion_mask"], strict=True)
    ]
    for place in range(4):
        prompts = {text.split("<|assistant|>")[0] for text in (texts[place], texts[place + 4])}
        assert len(prompts) == 1 and ends[place] != ends[place + 4]
    assert all(
        text.endswith(f"<|assistant|>{end}") and end.endswith("<|end|>") for text, end in zip(texts, ends, strict=True)
    )
    learning = [parameter for parameter in trainer.trained.parameters() if parameter.requires_grad]
    assert learning and all(parameter.dtype == torch.float32 for parameter in learning)


def test_all_rows_without_one_worse_answer_are_named():
    turns = (Message("user", "a"), Message("assistant", "b"))
    worse = Message("assistant", "c")
    pairs = [Example(1, turns, rejected=(worse,)), Example(2, turns), Example(3, turns, rejected=(worse, worse, worse))]
    preferences.require_pairs(pairs[:1])
    with pytest.raises(FTError) as caught:
        preferences.require_pairs(pairs)
    assert (
        caught.value.code == "train.no_pairs" and "2 examples" in caught.value.what and "row 2, 3" in caught.value.what
    )


def test_worse_answers_that_all_lose_their_end_are_refused_before_the_model_is_loaded(tmp_path, base):
    folder = tmp_path / "datasets"
    lines = [{"prompt": message, "chosen": label, "rejected": f"{label} " * 60} for message, label in toy_rows(30)]
    folder.mkdir()
    (tmp_path / "long.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    long = prepare(
        tmp_path / "long.jsonl", data_spec().model_copy(update={"source": "long.jsonl"}), "preference", folder
    )
    with pytest.raises(FTError) as caught:
        preferences.prepare(
            make_pair_run(tmp_path, base, long, SPEC.model_copy(update={"max_length": 50})), quiet, None, 4
        )
    assert caught.value.code == "train.no_end_of_turn" and "50 tokens" in caught.value.why


def test_earlier_answers_of_a_conversation_are_only_read(base):
    chat = ChatTokenizer.load(base)
    turns = [
        Message("user", "Ada saw"),
        Message("assistant", "fruit"),
        Message("user", "Ben saw"),
        Message("assistant", "tool"),
    ]
    [pair] = preferences.tokenise_pairs(
        [Example(1, tuple(turns), rejected=(Message("assistant", "animal"),))], chat, 128
    )
    ends = chat.encode(turns).ids, chat.encode([*turns[:-1], Message("assistant", "animal")]).ids
    assert (pair.chosen.ids, pair.rejected.ids) == ends
    learnt = [[label for label in row.labels if label != -100] for row in (pair.chosen, pair.rejected)]
    prompt = len(chat.prompt_ids(turns[:-1]))
    assert all(ids[prompt:][: len(kept)] == kept for ids, kept in zip(ends, learnt, strict=True))
    assert pair.tokens == len(ends[0]) + len(ends[1]) and pair.longest == max(map(len, ends))
