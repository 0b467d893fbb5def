"""What trl's KTOTrainer is given: answers one by one with mismatched ones beside them; and that its loss is the paper's."""

import pytest
import torch
from datasets import Dataset
from trl.trainer.kto_trainer import DataCollatorForUnpairedPreference

from ft_core.errors import FTError
from ft_core.train import preferences, training
from ft_core.train.kto_trainer import collate_answers, separate
from tests.helpers import make_base_model
from tests.train.pairs import SPEC, make_pair_run, make_pairs

KTO = SPEC.model_copy(update={"preference_loss": "kto"})
PAIRS = Dataset.from_list(
    [
        {"chosen_ids": [5, 6, 7], "chosen_labels": [-100, 6, 7], "rejected_ids": [5, 8], "rejected_labels": [-100, 8]},
        {
            "chosen_ids": [9, 9, 3],
            "chosen_labels": [-100, -100, 3],
            "rejected_ids": [9, 9, 4, 4],
            "rejected_labels": [-100, -100, 4, 4],
        },
    ]  # fmt: skip
)


def taken(rows: Dataset) -> list[tuple[int, int]]:
    """(pair, other) of each pair, whose two rows stand side by side."""
    found = list(zip(rows["pair"], rows["other"], strict=True))
    assert rows["label"] == [True, False] * (len(found) // 2) and found[::2] == found[1::2]
    return found[::2]


def test_the_other_answers_are_those_of_the_pair_before_in_the_step():
    prompts = [(number,) for number in range(6)]
    assert taken(separate(prompts, [3, 0, 5, 1, 4, 2], 3)) == [(3, 5), (0, 3), (5, 0), (1, 2), (4, 1), (2, 4)]


def test_a_pair_with_the_same_prompt_is_passed_over():
    assert taken(separate([(1,), (1,), (2,)], [0, 1, 2], 3)) == [(0, 2), (1, 2), (2, 1)]
    assert taken(separate([(1,), (1,), (2,)], [0, 1, 0], 3)) == [(0, 2), (1, 2), (0, 2)], (
        "none in the step: of all pairs"
    )
    assert taken(separate([(1,), (2,)], [0, 1], 1)) == [(0, 1), (1, 0)], "steps of a single pair"


def test_a_single_validation_pair_is_given_an_answer_of_the_training_pairs():
    assert taken(separate([(1,), (2,), (3,)], [2], 3)) == [(2, 0)]


def test_pairs_of_one_prompt_are_refused():
    with pytest.raises(FTError) as caught:
        separate([(1,), (1,)], [0, 1], 2)
    assert caught.value.code == "train.one_prompt" and "Preference loss" in caught.value.fix


def test_rows_are_as_the_library_makes_them_and_cut_where_ours_are():
    rows = [{"pair": 0, "other": 1, "label": True}, {"pair": 0, "other": 1, "label": False}]
    batch = collate_answers(rows, PAIRS, max_length=16, pad_id=1)
    assert batch["KL_input_ids"].tolist() == [[5, 3, 1], [5, 4, 4]]
    theirs = DataCollatorForUnpairedPreference(pad_token_id=1, max_length=16)(
        [
            {"prompt_ids": [5], "completion_ids": [6, 7], "KL_completion_ids": [3], "label": True},
            {"prompt_ids": [5], "completion_ids": [8], "KL_completion_ids": [4, 4], "label": False},
        ]
    )
    assert set(batch) == set(theirs) and all(torch.equal(batch[name], theirs[name]) for name in theirs)
    assert collate_answers(rows, PAIRS, max_length=2, pad_id=1)["KL_input_ids"].tolist() == [[5, 3], [5, 4]]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trainer")
    return folder / "runs", make_base_model(folder / "base"), make_pairs(folder / "data" / "datasets")


@pytest.fixture(scope="module")
def trainer(made):
    torch.manual_seed(0)
    return preferences.prepare(make_pair_run(*made, KTO), lambda *_: None, None, 4).trainer


@pytest.mark.parametrize(("seed", "likelier"), [(1, True), (4, False)])  # whether mismatched answers have become so
def test_loss_is_that_of_the_paper(trainer, seed, likelier):
    model = trainer.trained.eval()
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.copy_(0.05 * torch.randn_like(parameter))  # away from the reference
        batch = next(iter(trainer.get_train_dataloader()))
        loss = trainer.compute_loss(model, dict(batch))

        def summed(kind: str) -> torch.Tensor:
            ids, mask = batch[f"{kind}input_ids"], batch[f"{kind}attention_mask"]
            logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
            chosen = logits.log_softmax(-1).gather(2, ids[:, 1:, None])[:, :, 0]
            return (chosen * batch[f"{kind}completion_mask"][:, 1:]).sum(dim=1)

        gained, drift = summed(""), summed("KL_")
        with model.disable_adapter():
            gained, drift = gained - summed(""), drift - summed("KL_")
    # Equation 7 of arXiv:2402.01306, with a weight of 1 for good answers and for bad ones.
    point = drift.mean().clamp(min=0)
    sign = torch.where(batch["label"], 1, -1)
    expected = (1 - torch.sigmoid(0.1 * sign * (gained - point))).mean()
    assert len(batch["label"]) == 8 and (drift.mean() > 0) == likelier
    assert loss.item() == pytest.approx(expected.item(), rel=1e-4) and abs(loss.item() - 0.5) > 1e-3
    assert trainer.preferred == int((gained[::2] > gained[1::2]).sum()) and trainer.pairs == 4
    trainer.forget()
    assert (trainer.preferred, trainer.pairs) == (0, 0)


def test_the_share_preferred_is_of_all_validation_pairs(trainer):
    measured = trainer.evaluate()
    rows = trainer.eval_dataset
    assert len(rows) % 8, "the last batch is a smaller one"
    preferred = 0
    for place in range(0, len(rows), 2):
        trainer.forget()
        batch = trainer.data_collator([rows[place], rows[place + 1]])
        with torch.no_grad():
            trainer.compute_loss(trainer.trained.eval(), batch)
        assert trainer.pairs == 1
        preferred += trainer.preferred
    logged = trainer.state.log_history[-1]
    assert logged["eval_preferred"] == pytest.approx(2 * preferred / len(rows)) and measured["eval_loss"] > 0


def test_micro_batches_hold_whole_pairs_and_the_same_answers_however_many(made):
    seen = []
    for micro in (1, 4):
        prepared = preferences.prepare(make_pair_run(*made, KTO), lambda *_: None, None, micro)
        batch = next(iter(prepared.trainer.get_train_dataloader()))
        assert (
            batch["label"].tolist() == [True, False] * micro
            and prepared.trainer.args.gradient_accumulation_steps == 8 // micro
        )
        seen.append(prepared.trainer.train_dataset.to_list())
    assert seen[0] == seen[1] and len(seen[0]) == 2 * len(prepared.lengths)
    learning = [parameter for parameter in prepared.trainer.trained.parameters() if parameter.requires_grad]
    assert learning and all(parameter.dtype == torch.float32 for parameter in learning)


def test_a_micro_batch_of_one_pair_is_measured_and_trains(made):
    alone = KTO.model_copy(update={"epochs": 0.2, "evaluations": 1, "micro_batch_size": 1})
    run = make_pair_run(*made, alone)
    result = training.train(run, lambda *_: None)
    assert result["micro_batch_size"] == run.fit()["measured"]["micro_batch_size"] == 1 and result["steps"] == 2
    assert run.metrics()[0]["loss"] == pytest.approx(0.5, abs=1e-4), "the reference is where it starts"
