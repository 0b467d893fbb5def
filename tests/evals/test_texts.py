"""A run that continues texts: data, training, token view, samples, evaluation and use, on a base model without a chat template."""

import numpy
import pytest
import torch

from ft_core import generate, modeling, prompts
from ft_core.data.prepare import prepare
from ft_core.data.store import Dataset
from ft_core.data.tokens import ChatTokenizer, Window, view
from ft_core.errors import FTError
from ft_core.evals import report, rows
from ft_core.run import Run
from ft_core.serve.engine import Engine, Sampling
from ft_core.settings.data import DataSpec, SplitSpec
from ft_core.settings.evaluation import EvalSpec
from ft_core.settings.example import Message
from ft_core.settings.model import ModelSpec
from ft_core.settings.project import ProjectSpec
from ft_core.settings.train import TrainSpec
from ft_core.train import sft, training
from ft_core.train.rows import IGNORED
from tests import helpers

SPEC = TrainSpec(
    method="lora", epochs=3, learning_rate=1e-2, batch_size=8, micro_batch_size=8, evaluations=2, max_length=48, threads=1
)  # fmt: skip
DATA = DataSpec(
    source="texts.csv", split=SplitSpec(validation=0.1, test=0.2, seed=1), clean={"near_duplicates": "keep"}
)


def quiet(step: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = helpers.make_base_model(tmp_path_factory.mktemp("base"))
    (folder / "chat_template.jinja").unlink()
    return folder


@pytest.fixture(scope="module")
def dataset(tmp_path_factory) -> Dataset:
    """60 texts of one to nine sentences."""
    home = tmp_path_factory.mktemp("texts")
    said = [message for message, _ in helpers.toy_rows(300)]
    lines = [". ".join(said[5 * n : 5 * n + 1 + n % 9]) + "." for n in range(60)]
    (home / "texts.csv").write_text("text,source\n" + "".join(f'"{line}",web\n' for line in lines), encoding="utf-8")
    return prepare(home / "texts.csv", DATA, "text", home / "datasets")


def make_run(runs, base, dataset) -> Run:
    spec = ProjectSpec(
        name="texts",
        task="text",
        data=DATA,
        model=ModelSpec(base=str(base)),
        training=SPEC,
        evaluation=EvalSpec(few_shot=2, max_new_tokens=8, forgetting=False),
    )
    data = {"dataset": dataset.id, "folder": str(dataset.folder.resolve()), "sha256": dataset.sha256}
    return Run.create(runs, spec, data, {"python": "3.11"})


@pytest.fixture(scope="module")
def run(tmp_path_factory, base, dataset) -> Run:
    made = make_run(tmp_path_factory.mktemp("runs"), base, dataset)
    assert training.train(made, quiet)["status"] == "done"
    return made


def test_each_row_is_a_text_and_no_text_is_in_two_splits(dataset):
    parts = {name: dataset.examples(name) for name in ("train", "validation", "test")}
    assert dataset.task == "text" and dataset.labels == [] and sum(map(len, parts.values())) == 60
    every = [example for examples in parts.values() for example in examples]
    assert all(example.is_text and example.question == example.answer for example in every)
    assert len({example.answer for example in every}) == 60


def test_the_same_text_twice_is_left_out(tmp_path):
    lines = [message for message, _ in helpers.toy_rows(40)]
    source = tmp_path / "texts.csv"
    source.write_text("text\n" + "".join(f"{line}\n" for line in [*lines, *lines[:5], " "]), encoding="utf-8")
    kept = prepare(source, DATA, "text", tmp_path / "datasets")
    examples = [example for name in kept.counts for example in kept.examples(name)]
    assert sorted(example.answer for example in examples) == sorted(lines)


def test_what_is_shown_is_what_is_learnt_and_nothing_is_cut_off(run, base, dataset):
    trainer = sft.prepare(run, quiet, None, 8).trainer
    learnt = {}
    for row in trainer.train_dataset:
        kept = [token for token, label in zip(row["input_ids"], row["labels"], strict=True) if label != IGNORED]
        assert len(row["input_ids"]) <= SPEC.max_length and row["labels"][0] == IGNORED
        assert kept == row["input_ids"][1:]
        learnt[tuple(row["input_ids"])] = kept
    examples, expected, several = dataset.examples("train"), set(), 0
    window = Window(ChatTokenizer.load(base, plain=True), SPEC.max_length)
    for example in examples:
        seen = view(window, example)
        assert [kind for _, kind in seen.tokens] == ["read only"] + ["learnt"] * (len(seen.ids) - 1)
        assert (seen.cut, seen.cut_learnt, seen.end_of_turn) == (0, 0, True)
        parts = prompts.pieces(seen.ids, SPEC.max_length)
        assert [token for part in parts for token in learnt[tuple(part)]] == seen.ids[1:]
        expected |= set(map(tuple, parts))
        several += len(parts) > 1
    assert set(learnt) == expected and several > 5
    assert f"{several} long texts are cut into pieces of at most 48 tokens" in run.log_tail()
    tokenizer = modeling.load_tokenizer(str(base), plain=True)
    assert [prompts.text_ids(tokenizer, example.answer) for example in examples] == [
        view(window, example).ids for example in examples
    ]
    assert window.tokenizer.lengths(examples).tolist() == [len(view(window, one).ids) for one in examples]
    assert {cut for _, cut in window.tokenizer.cut(examples, SPEC.max_length)} == {0}


def test_the_loss_falls_and_the_tuned_model_foretells_unseen_texts_better(run):
    steps = [row for row in run.metrics() if row["kind"] == "train"]
    assert steps[-1]["loss"] < 0.8 * steps[0]["loss"]
    found = report.evaluate(run, quiet)
    assert set(found["metrics"]) == {"loss", "perplexity"} and found["headline"] == "loss"
    loss = found["metrics"]["loss"]
    assert loss["tuned"] < loss["base"] and loss["low"] <= loss["difference"] <= loss["high"] < 0
    assert loss["difference"] == pytest.approx(loss["tuned"] - loss["base"]) and loss["few_shot"] is None
    assert found["metrics"]["perplexity"]["tuned"] == pytest.approx(numpy.exp(loss["tuned"]))
    assert found["verdict"]["result"] == "better" and "loss on the texts is" in found["verdict"]["sentence"]
    assert found["n"] == 12 and any("small test set" in note for note in found["notes"])
    assert rows.read_answers(run) == [] and run.report() == found


def test_losses_are_those_of_a_plain_forward_pass_of_each_piece(run, dataset):
    pair, examples = modeling.load_run_model(run), dataset.examples("validation")
    found = generate.text_losses(pair.tuned, pair.tokenizer, [one.answer for one in examples], 48, batch_tokens=200)
    for (total, count), example in zip(found, examples, strict=True):
        ids, alone = prompts.text_ids(pair.tokenizer, example.answer), 0.0
        for piece in prompts.pieces(ids, 48):
            with torch.no_grad():
                said = pair.tuned(torch.tensor([piece])).logits[0, :-1].log_softmax(-1)
            alone -= said.gather(1, torch.tensor(piece[1:])[:, None]).sum().item()
        assert (total, count) == (pytest.approx(alone, rel=1e-4), len(ids) - 1)
    mean = sum(total for total, _ in found) / sum(count for _, count in found)
    assert mean == pytest.approx(run.training()["validation_loss"], rel=1e-3)


def test_samples_go_on_from_the_first_tokens_of_validation_texts(run, dataset):
    samples = run.samples()
    whole = [example.answer for example in dataset.examples("validation")[:3]]
    assert {row["step"] for row in samples} >= {0, run.training()["total_steps"]}
    for row in samples:
        assert any(text.startswith(row["prompt"] + row["expected"]) for text in whole) and row["prompt"]
    assert all(row["answer"] for row in samples if row["step"])


def test_stopped_and_resumed_is_the_same_run(tmp_path, base, dataset, run):
    again, total = make_run(tmp_path, base, dataset), run.training()["total_steps"]

    def stop(step: int, total_steps: int, message: str) -> None:
        if step == total // 2 and again.stop_requested() is None:
            again.request_stop()

    assert training.train(again, stop)["status"] == "stopped"
    again.clear_stop()
    assert training.train(again, quiet)["weights_sha256"] == run.training()["weights_sha256"]


def test_the_served_model_continues_the_message(run):
    engine = Engine.load(run)
    start = "Ada saw"
    said = "".join(engine.chat("tuned", [Message("user", start)], Sampling(max_new_tokens=8)))
    ids = prompts.start_ids(engine.tokenizer, start)
    expected = generate.continuations(engine.pair.tuned, engine.tokenizer, [ids], max_new_tokens=8)[0].text
    assert said == expected != "" and engine.prompt_tokens([Message("user", start)]) == len(ids)


def test_other_tasks_still_need_a_chat_template(base):
    with pytest.raises(FTError) as caught:
        ChatTokenizer.load(base)
    assert caught.value.code == "model.template"
    with pytest.raises(FTError, match="cannot hold a conversation") as caught:
        ChatTokenizer.load(base, plain=True).encode([Message("user", "Hi"), Message("assistant", "Hello")])
    assert caught.value.code == "model.template"
