"""The trainer's own arithmetic: what is added up, what is averaged, what is left alone."""

import pytest
import torch
from datasets import Dataset
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback

from ft_core.settings.train import TrainSpec
from ft_core.train import build
from ft_core.train.answer_trainer import AnswerTrainer
from ft_core.train.methods.adapt import adapt
from ft_core.train.rows import IGNORED, collate
from tests.helpers import make_base_model

# Token rows of different lengths, of which 2, 1, 4 and 3 tokens are learnt.
ROWS = [([5, 9, 11, 7, 0], 2), ([8, 6, 0], 1), ([21, 22, 23, 24, 25, 26, 0], 4), ([31, 30, 33, 32, 0], 3)]
TABLE = {
    "input_ids": [ids for ids, _ in ROWS],
    "labels": [[IGNORED] * (len(ids) - learnt) + ids[-learnt:] for ids, learnt in ROWS],
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture
def trainer(base, tmp_path):
    """trainer(micro_batch_size): one on all four rows a step, its adapter the same each time."""

    class Logs(TrainerCallback):
        def __init__(self):
            self.seen = []

        def on_log(self, args, state, control, logs=None, **_):
            self.seen.append(dict(logs or {}))

    def make(micro_batch_size: int = 4) -> tuple[AnswerTrainer, list[dict]]:
        spec = TrainSpec(method="lora", batch_size=4, lora_rank=4, threads=1, warmup_ratio=0, learning_rate=1e-2)
        torch.manual_seed(0)
        logs = Logs()
        arguments = build.sft_arguments(spec, tmp_path / "out", 2, micro_batch_size, "float32", use_cpu=True)
        rows = Dataset.from_dict(TABLE)
        made = AnswerTrainer(
            model=adapt(AutoModelForCausalLM.from_pretrained(base), spec),
            arguments=arguments,
            train_rows=Dataset.from_dict({key: values * 2 for key, values in TABLE.items()}),
            validation_rows=rows,
            tokenizer=AutoTokenizer.from_pretrained(base),
            part_names=["faq", "mail"],
            callbacks=[logs],
        )
        return made, logs.seen

    return make


def batch_of_all() -> dict[str, torch.Tensor]:
    return collate([{"input_ids": i, "labels": l} for i, l in zip(*TABLE.values(), strict=True)], pad_id=1)  # noqa: E741


def one_by_one(model) -> tuple[float, int]:
    """(sum of the learnt tokens' losses, right guesses), each row alone and unpadded."""
    total, right = 0.0, 0
    for ids, labels in zip(*TABLE.values(), strict=True):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids])).logits[0, :-1].float()
        targets = torch.tensor(labels[1:])
        total += functional.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="sum").item()
        right += int((logits.argmax(-1) == targets).sum())
    return total, right


def test_the_loss_is_the_learnt_tokens_mean_and_is_tallied(trainer):
    made, _ = trainer()
    made.model.eval()
    total, right = one_by_one(made.model)
    loss, outputs = made.compute_loss(made.model, batch_of_all(), return_outputs=True)
    assert loss.item() == pytest.approx(total / 10, rel=1e-5)
    assert outputs.logits.shape[1] == 4, "only the columns that hold a label go through the vocabulary"
    assert (made.tally.correct, made.tally.learnt) == (right, 10)
    assert made.tally.loss == pytest.approx(total, rel=1e-5)


def test_a_part_of_a_step_counts_by_its_tokens(trainer):
    made, _ = trainer()
    made.model.eval()
    whole = made.compute_loss(made.model, batch_of_all()).item()
    parts = [{key: value[rows] for key, value in batch_of_all().items()} for rows in (slice(0, 1), slice(1, 4))]
    assert sum(made.compute_loss(made.model, part, num_items_in_batch=10).item() for part in parts) == pytest.approx(
        whole, rel=1e-5
    )


def test_micro_batches_give_the_same_step(trainer):
    """Rows of 2, 1, 4 and 3 learnt tokens: a mean of means would be another loss."""
    found = []
    for micro_batch_size in (4, 2, 1):
        made, logs = trainer(micro_batch_size)
        made.train()
        found.append([row for row in logs if "loss" in row])
    for rows in found[1:]:
        for one, other in zip(rows, found[0], strict=True):
            assert one["loss"] == pytest.approx(other["loss"], rel=1e-4)
            assert one["grad_norm"] == pytest.approx(other["grad_norm"], rel=1e-3)
            assert one["token_accuracy"] == other["token_accuracy"]


def test_the_adapter_is_float32_and_changes_while_the_base_stays(trainer):
    made, logs = trainer()
    trained = {n: p.detach().clone() for n, p in made.trained.named_parameters() if p.requires_grad}
    frozen = {n: p.detach().clone() for n, p in made.trained.named_parameters() if not p.requires_grad}
    assert trained and all("lora_" in name and value.dtype == torch.float32 for name, value in trained.items())
    made.train()
    after = dict(made.trained.named_parameters())
    assert all(torch.equal(value, after[name]) for name, value in frozen.items())
    assert any(not torch.equal(value, after[name]) for name, value in trained.items())
    losses = [row["loss"] for row in logs if "loss" in row]
    assert losses[1] < losses[0]


def test_a_validation_is_a_mean_over_tokens_and_leaves_the_random_state(trainer):
    made, logs = trainer(2)
    made.model.eval()
    total, right = one_by_one(made.model)
    before = torch.get_rng_state()
    made.evaluate()
    assert torch.equal(torch.get_rng_state(), before)
    (row,) = [row for row in logs if "eval_loss" in row]
    assert row["eval_loss"] == pytest.approx(total / 10, rel=1e-5), "not the mean over its two batches"
    assert row["token_accuracy"] == right / 10
    assert made.tally.learnt == 0, "the next training loss begins afresh"


def test_a_validation_of_a_mix_is_a_mean_over_the_tokens_of_each_part(trainer):
    made, logs = trainer(2)
    made.model.eval()
    made.evaluate(Dataset.from_dict(TABLE | {"part": [0, 1, 1, 0]}))
    (row,) = [row for row in logs if "eval_loss" in row]
    weighted = (row["eval_part/faq"] * 5 + row["eval_part/mail"] * 5) / 10
    assert weighted == pytest.approx(row["eval_loss"], rel=1e-5) and row["eval_part/faq"] != row["eval_part/mail"]


def test_no_card_is_written_and_nobody_is_told(trainer, tmp_path):
    made, _ = trainer()
    made.create_model_card()
    made._send_telemetry()
    assert not (tmp_path / "out" / "README.md").exists()
    assert made.state.log_history == [] and made.args.report_to == []
