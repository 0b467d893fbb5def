"""What trl's trainer is given: padded pairs, and a share preferred that counts pairs, not batches."""

import pytest
import torch

from ft_core.train import preferences
from ft_core.train.preference_trainer import collate_pairs
from tests.helpers import make_base_model
from tests.train.pairs import make_pair_run, make_pairs

PAIRS = [
    {"chosen_ids": [5, 6, 7], "chosen_labels": [-100, 6, 7], "rejected_ids": [5, 8], "rejected_labels": [-100, 8]},
    {"chosen_ids": [5, 9], "chosen_labels": [-100, 9], "rejected_ids": [5, 6, 6, 6], "rejected_labels": [-100, -100, 6, 6]},
]  # fmt: skip


def test_better_answers_come_first_padded_on_the_left_and_only_answers_count():
    batch = collate_pairs(PAIRS, pad_id=1)
    assert batch["input_ids"].tolist() == [[1, 5, 6, 7], [1, 1, 5, 9], [1, 1, 5, 8], [5, 6, 6, 6]]
    assert batch["completion_mask"].tolist() == [[0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 1]]
    assert batch["attention_mask"].sum(dim=1).tolist() == [3, 2, 2, 4]
    assert batch["position_ids"][0].tolist() == [0, 0, 1, 2] and "labels" not in batch


@pytest.fixture(scope="module")
def trainer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trainer")
    base, dataset = make_base_model(folder / "base"), make_pairs(folder / "data" / "datasets")
    return preferences.prepare(make_pair_run(folder / "runs", base, dataset), lambda *_: None, None, 4).trainer


def test_loss_is_that_of_the_paper(trainer):
    model = trainer.trained.eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.add_(0.05)  # away from the reference
        batch = next(iter(trainer.get_eval_dataloader()))
        loss = trainer.compute_loss(model, dict(batch))
        columns = ("input_ids", "attention_mask", "position_ids")

        def summed() -> torch.Tensor:
            logits = model(**{name: batch[name] for name in columns}).logits[:, :-1].float()
            chosen = logits.log_softmax(-1).gather(2, batch["input_ids"][:, 1:, None])[:, :, 0]
            return (chosen * batch["completion_mask"][:, 1:]).sum(dim=1)

        moved = summed()
        with model.disable_adapter():
            moved = moved - summed()
        better, worse = moved.chunk(2)
        expected = -torch.nn.functional.logsigmoid(0.1 * (better - worse)).mean()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-4) and abs(loss.item() - 0.6931) > 1e-3
    assert trainer.preferred == pytest.approx(int((better > worse).sum())) and trainer.pairs == len(better)
    trainer.forget()
    assert (trainer.preferred, trainer.pairs) == (0.0, 0)


def test_the_share_preferred_is_of_all_validation_pairs(trainer):
    measured = trainer.evaluate()
    assert len(trainer.eval_dataset) % 4, "the last batch is a smaller one"
    shares = []
    for row in trainer.eval_dataset:
        trainer.forget()
        with torch.no_grad():
            trainer.compute_loss(trainer.trained.eval(), collate_pairs([row], pad_id=1))
        shares.append(trainer.preferred)
    logged = trainer.state.log_history[-1]
    assert logged["eval_preferred"] == pytest.approx(sum(shares) / len(shares)) and measured["eval_loss"] > 0
