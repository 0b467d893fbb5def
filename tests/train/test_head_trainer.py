"""The trainer of a classification head: its batches, and its loss as torch has it for each row alone."""

import pytest
import torch
from datasets import Dataset
from torch.nn import functional

from ft_core import modeling
from ft_core.settings.train import TrainSpec
from ft_core.train import build
from ft_core.train.head_trainer import HeadTrainer, collate
from ft_core.train.methods.adapt import adapt
from tests.helpers import make_base_model

ROWS = [{"input_ids": list(range(40, 40 + 5 + n)), "label": n % 3, "part": n % 2} for n in range(6)]


@pytest.fixture
def trainer(tmp_path) -> HeadTrainer:
    folder = str(make_base_model(tmp_path / "base"))
    spec, tokenizer = TrainSpec(method="lora", head="classification", batch_size=6), modeling.load_tokenizer(folder)
    model = adapt(
        modeling.with_padding(modeling.load_base(folder, quantised=False, labels=("a", "b", "c")), tokenizer), spec
    )
    arguments = build.sft_arguments(spec, tmp_path / "checkpoints", 2, 3, "float32", use_cpu=True)
    rows = Dataset.from_list(ROWS)
    return HeadTrainer(model, arguments, rows.remove_columns("part"), rows, tokenizer, ["first", "second"], [])


def alone(trainer: HeadTrainer) -> list[float]:
    """-log p of each row's label, computed without padding."""
    model = trainer.trained.eval()
    with torch.no_grad():
        logits = [model(input_ids=torch.tensor([row["input_ids"]])).logits for row in ROWS]
    return [
        functional.cross_entropy(one, torch.tensor([row["label"]])).item()
        for one, row in zip(logits, ROWS, strict=True)
    ]


def test_batches_are_padded_on_the_left():
    batch = collate(ROWS[:2], pad_id=1)
    assert batch["input_ids"].tolist() == [[1, 40, 41, 42, 43, 44], [40, 41, 42, 43, 44, 45]]
    assert batch["position_ids"][0].tolist() == [0, 0, 1, 2, 3, 4]
    assert (batch["labels"].tolist(), batch["part"].tolist()) == ([0, 1], [0, 1])


def test_the_loss_of_a_batch_is_the_mean_of_its_rows_and_of_a_step_its_share(trainer):
    expected = alone(trainer)
    batch = trainer._prepare_inputs(trainer.data_collator([row | {} for row in ROWS]))
    loss = trainer.compute_loss(trainer.trained, batch)
    assert loss.item() == pytest.approx(sum(expected) / 6, rel=1e-4)
    assert trainer.compute_loss(trainer.trained, batch, num_items_in_batch=12).item() == pytest.approx(
        sum(expected) / 12, rel=1e-4
    )
    assert trainer.tally.learnt == 12
    trainer.forget()
    assert trainer.tally.learnt == 0


def test_a_validation_tells_loss_and_accuracy_of_all_and_the_loss_of_each_part(trainer):
    expected = alone(trainer)
    trainer.evaluate()
    (logged,) = [row for row in trainer.state.log_history if "eval_loss" in row]
    assert logged["eval_loss"] == pytest.approx(sum(expected) / 6, rel=1e-4)
    assert logged["eval_part/first"] == pytest.approx(sum(expected[::2]) / 3, rel=1e-4)
    assert logged["token_accuracy"] == logged["eval_accuracy"] and 0 <= logged["eval_accuracy"] <= 1


def test_a_step_adds_up_its_micro_batches(trainer):
    expected = alone(trainer)
    trainer.train()
    (first, *_) = [row for row in trainer.state.log_history if "loss" in row]
    assert trainer.args.gradient_accumulation_steps == 2
    assert first["loss"] == pytest.approx(sum(expected) / 6, rel=1e-3)
    assert first["accuracy"] == first["token_accuracy"]
