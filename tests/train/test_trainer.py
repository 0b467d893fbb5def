"""What all trainers share, on a plain one with an adapter beside a base model in 4 bits."""

import pytest
import torch
from datasets import Dataset

from ft_core import modeling
from ft_core.settings.train import TrainSpec
from ft_core.train import build
from ft_core.train.answer_trainer import AnswerTrainer
from ft_core.train.methods.adapt import adapt
from ft_core.train.trainer import Tally
from tests.helpers import make_base_model


@pytest.fixture
def trainer(tmp_path) -> AnswerTrainer:
    folder = str(make_base_model(tmp_path / "base"))
    spec = TrainSpec(lora_rank=4, batch_size=2)
    rows = Dataset.from_dict({"input_ids": [[5, 9, 7, 0]] * 2, "labels": [[-100, 9, 7, 0]] * 2})
    return AnswerTrainer(
        model=adapt(modeling.load_base(folder), spec),
        arguments=build.sft_arguments(spec, tmp_path / "out", 2, 2, "float32", use_cpu=True),
        train_rows=rows,
        validation_rows=rows,
        tokenizer=modeling.load_tokenizer(folder),
        part_names=[],
        callbacks=[],
    )


def test_parts_of_a_mix_are_summed_apart():
    tally = Tally()
    tally.add_parts(torch.tensor([0, 1, 0]), torch.tensor([1.0, 5.0, 2.0]), torch.tensor([2, 3, 4]))
    tally.add_parts(torch.tensor([1]), torch.tensor([0.5]), torch.tensor([1]))
    assert tally.parts == {0: [3.0, 6.0], 1: [5.5, 4.0]}


def test_what_learns_is_float32_beside_a_model_in_four_bits(trainer):
    assert any(parameter.dtype == torch.uint8 for parameter in trainer.trained.parameters())
    assert {p.dtype for p in trainer.trained.parameters() if p.requires_grad} == {torch.float32}


def test_weights_are_taken_from_a_checkpoint(trainer, tmp_path):
    trainer.save_model(str(tmp_path / "kept"))
    learning = [p for p in trainer.trained.parameters() if p.requires_grad]
    kept = [parameter.detach().clone() for parameter in learning]
    trainer.train()
    assert not all(torch.equal(one, other) for one, other in zip(learning, kept, strict=True))
    trainer.load_weights(tmp_path / "kept")
    assert all(torch.equal(one, other) for one, other in zip(learning, kept, strict=True))


def test_what_was_counted_is_forgotten(trainer):
    trainer.evaluate()
    trainer.tally.learnt = 7
    trainer.forget()
    assert trainer.tally == Tally()
