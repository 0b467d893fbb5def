"""What a training tells the run while it goes on, step by step with the library's own state and control."""

import math
import time

import numpy
import pytest
import torch
from transformers import AutoTokenizer, TrainerControl, TrainerState, TrainingArguments

from ft_core import modeling
from ft_core.errors import FTError
from ft_core.jobs import SAVING
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.example import Example, Message
from ft_core.settings.train import TrainSpec
from ft_core.train import checkpoints, validations
from ft_core.train.callbacks import Keeper, Plan, Recorder, Sampler
from tests.helpers import make_base_model

LOGS = {"loss": 1.5, "grad_norm": 0.7, "learning_rate": 1e-3, "token_accuracy": 0.4}


@pytest.fixture
def run(tmp_path) -> Run:
    return Run.create(tmp_path / "runs", project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})


@pytest.fixture
def arguments(run) -> TrainingArguments:
    return TrainingArguments(output_dir=str(run.checkpoints), learning_rate=0.01, report_to="none", use_cpu=True)


def plan(**values) -> Plan:
    known = {"steps": 10, "batch_size": 8, "rows": 32, "epochs": 2.5, "milestones": frozenset({5, 10})}
    return Plan(**(known | {"tokens_after": numpy.arange(11) * 100} | values))


def at(step: int) -> TrainerState:
    return TrainerState(global_step=step)


def take(recorder: Recorder, arguments, step: int, seconds: float = 0.0) -> None:
    """One step of that length."""
    recorder.on_step_begin(arguments, at(step - 1), TrainerControl())
    recorder.began -= seconds
    recorder.on_step_end(arguments, at(step), TrainerControl())


def test_epochs_and_seconds_are_counted_over_all_attempts():
    found = plan(seconds_before=60.0)
    found.started = time.monotonic() - 5
    assert found.epoch(4) == 1.0 and found.epoch(10) == 2.5
    assert 65 <= found.seconds() < 66


def test_each_step_is_told_with_its_epoch(run, arguments):
    said = []
    recorder = Recorder(run, plan(), lambda *row: said.append(row))
    take(recorder, arguments, 4)
    take(recorder, arguments, 10)
    assert said == [(4, 10, "training, epoch 1.0 of 2.5"), (10, 10, "training, epoch 2.5 of 2.5")]
    assert recorder.peak_memory_gb > 0


def test_the_last_step_is_never_past_the_last_epoch(run, arguments):
    said = []
    recorder = Recorder(run, plan(steps=2, rows=11, epochs=1.0), lambda *row: said.append(row))
    take(recorder, arguments, 2)
    assert said[-1] == (2, 2, "training, epoch 1.0 of 1") and recorder.plan.epoch(2) == 1.0


def test_speed_is_that_of_the_last_twenty_steps(run, arguments):
    recorder = Recorder(run, plan(steps=40, tokens_after=numpy.arange(41) * 100), lambda *_: None)
    for step in range(1, 21):
        take(recorder, arguments, step, seconds=10.0)
    assert recorder.moving_speed() == pytest.approx(10, rel=0.01)
    for step in range(21, 41):
        take(recorder, arguments, step, seconds=1.0)
    assert recorder.moving_speed() == pytest.approx(100, rel=0.01)
    assert recorder.tokens == 4000 and recorder.step_seconds == pytest.approx(220, rel=0.01)


def test_a_usual_steps_time_is_measured_by_the_second_and_the_third(run, arguments):
    run.write_fit({"micro_batch_size": 4, "measured": {"peak_memory_gb": 1.0}})
    recorder = Recorder(run, plan(steps=40, tokens_after=numpy.arange(41) ** 2 * 10), lambda *_: None)
    for step, seconds in enumerate((9.0, 1.0, 2.0), 1):
        take(recorder, arguments, step, seconds)
    # 30 and 50 tokens in 3 seconds; a usual step has 400
    measured = run.fit()["measured"]
    assert measured.pop("seconds_per_step") == pytest.approx(15, rel=0.05)
    assert run.fit()["micro_batch_size"] == 4 and measured == {"peak_memory_gb": 1.0}
    going_on = Recorder(run, plan(steps=40, tokens_after=numpy.arange(41) * 10), lambda *_: None)
    take(going_on, arguments, 3, seconds=7.0)
    assert run.fit()["measured"]["seconds_per_step"] == pytest.approx(15, rel=0.05), "one that goes on keeps it"


def test_a_log_becomes_a_row_of_measurements(run, arguments):
    recorder = Recorder(run, plan(), lambda *_: None)
    take(recorder, arguments, 4, seconds=1.0)
    recorder.on_log(arguments, at(4), TrainerControl(), logs=LOGS)
    (row,) = run.metrics()
    assert (row["kind"], row["step"], row["epoch"], row["tokens"]) == ("train", 4, 1.0, 400)
    assert (row["loss"], row["gradient_norm"], row["learning_rate"], row["token_accuracy"]) == (1.5, 0.7, 1e-3, 0.4)
    assert row["tokens_per_second"] == pytest.approx(100, rel=0.05)
    assert abs(row["time"] - time.time()) < 10 and row["memory_gb"] > 0


def test_a_validation_becomes_a_row_of_its_own(run, arguments):
    recorder = Recorder(run, plan(), lambda *_: None)
    recorder.on_log(arguments, at(5), TrainerControl(), logs={"eval_loss": 0.9, "token_accuracy": 0.6})
    (row,) = run.metrics()
    assert (row["kind"], row["step"], row["loss"], row["token_accuracy"]) == ("validation", 5, 0.9, 0.6)


def test_the_librarys_closing_summary_is_no_measurement(run, arguments):
    recorder = Recorder(run, plan(), lambda *_: None)
    recorder.on_log(arguments, at(10), TrainerControl(), logs={"train_runtime": 3.0, "train_loss": 1.0})
    recorder.on_log(arguments, at(10), TrainerControl())
    assert run.metrics() == []


@pytest.mark.parametrize("wrong", [{"loss": math.nan}, {"loss": math.inf}, {"grad_norm": math.nan}])
def test_what_is_no_number_ends_the_training_with_advice(run, arguments, wrong):
    recorder = Recorder(run, plan(), lambda *_: None)
    with pytest.raises(FTError) as caught:
        recorder.on_log(arguments, at(7), TrainerControl(), logs=LOGS | wrong)
    assert caught.value.code == "train.diverged" and "step 7" in caught.value.what
    assert "0.01" in caught.value.why and "0.002" in caught.value.fix
    assert run.metrics() == []


def test_in_float16_a_gradient_that_overflows_is_a_skipped_step(run, arguments):
    arguments.fp16 = True
    recorder = Recorder(run, plan(), lambda *_: None)
    take(recorder, arguments, 1, seconds=1.0)
    recorder.on_log(arguments, at(1), TrainerControl(), logs=LOGS | {"grad_norm": math.inf})
    assert [(row["loss"], row["gradient_norm"]) for row in run.metrics()] == [(1.5, None)]
    with pytest.raises(FTError, match="step 2"):
        recorder.on_log(arguments, at(2), TrainerControl(), logs=LOGS | {"loss": math.nan})


@pytest.mark.parametrize("validates", [True, False])
def test_a_milestone_asks_for_log_validation_and_checkpoint(run, arguments, validates):
    keeper, control = Keeper(run, plan(), TrainSpec(), validates, lambda *_: None), TrainerControl()
    keeper.on_step_end(arguments, at(4), control)
    assert not (control.should_log or control.should_save or control.should_evaluate)
    keeper.on_step_end(arguments, at(5), control)
    assert control.should_log and control.should_save and control.should_evaluate == validates
    assert not control.should_training_stop


def test_a_request_to_stop_saves_first(run, arguments):
    keeper, control = Keeper(run, plan(), TrainSpec(), True, lambda *_: None), TrainerControl()
    run.request_stop()
    keeper.on_step_end(arguments, at(3), control)
    assert control.should_save and control.should_log and control.should_training_stop


def test_a_validation_is_cut_short_by_a_request_to_stop_and_saving_is_told(run, arguments):
    said, control = [], TrainerControl()
    keeper = Keeper(run, plan(), TrainSpec(), True, lambda *row: said.append(row))
    keeper.on_step_end(arguments, at(5), control)
    keeper.on_prediction_step(arguments, at(5), control)
    assert said == [(5, 10, "training, validating")]
    run.request_stop("pause")
    with pytest.raises(validations.Cut):
        keeper.on_prediction_step(arguments, at(5), control)
    assert said[1:] == [(5, 10, f"training, {SAVING}")]


def test_a_saved_checkpoint_is_sealed_with_the_time_trained(run, arguments):
    folder = run.checkpoints / "checkpoint-5"
    folder.mkdir(parents=True)
    (folder / "weights").write_bytes(b"1234")
    Keeper(run, plan(seconds_before=60.0), TrainSpec(), True, lambda *_: None).on_save(
        arguments, at(5), TrainerControl()
    )
    found = checkpoints.newest(run.checkpoints)
    assert found is not None and (found.folder, found.step) == (folder, 5) and 60 <= found.seconds < 120


def validated(run, *losses: float) -> None:
    """A validation after every step, from step 1 on."""
    for step, loss in enumerate(losses, start=1):
        run.append_metric({"kind": "validation", "step": step, "loss": loss})


@pytest.mark.parametrize(
    ("losses", "patience", "ends"),
    [((3, 1, 2, 2), 2, True), ((3, 1, 2), 2, False), ((3, 1, 2, 0.5), 2, False), ((3, 1, 2, 2, 2), 0, False)],
)
def test_a_training_ends_early_when_the_validation_loss_no_longer_falls(run, arguments, losses, patience, ends):
    validated(run, *losses)
    control = TrainerControl()
    keeper = Keeper(run, plan(), TrainSpec(early_stopping=patience), True, lambda *_: None)
    keeper.on_evaluate(arguments, at(len(losses)), control)
    assert control.should_training_stop == ends
    assert ("ending early: the validation loss was lowest after step 2" in run.log_tail()) == ends


def test_old_checkpoints_go_when_the_disk_is_meant_to_hold_no_more(run, arguments):
    validated(run, 3, 1, 2, 2, 2)
    keeper = Keeper(run, plan(), TrainSpec(checkpoint_gb=1e-9), True, lambda *_: None)
    for step in range(1, 6):
        folder = run.checkpoints / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        (folder / "weights").write_bytes(b"1234")
        keeper.on_save(arguments, at(step), TrainerControl())
    assert sorted(folder.name for folder in run.checkpoints.iterdir()) == ["checkpoint-2", "checkpoint-5"]


def test_a_mix_is_validated_part_by_part(run, arguments):
    logs = {"eval_loss": 0.9, "token_accuracy": 0.6, "eval_part/faq": 0.5, "eval_part/mail": 1.2}
    Recorder(run, plan(), lambda *_: None).on_log(arguments, at(5), TrainerControl(), logs=logs)
    assert run.metrics()[0]["parts"] == {"faq": 0.5, "mail": 1.2}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """(model, tokenizer, two examples)."""
    base = make_base_model(tmp_path_factory.mktemp("base"))
    examples = [
        Example(row=row, messages=(Message(role="user", content=question), Message(role="assistant", content=answer)))
        for row, question, answer in ((3, "Ada saw apple in attic", "fruit"), (9, "Ben saw goat in barn", "animal"))
    ]
    return modeling.load_base(str(base), quantised=False), AutoTokenizer.from_pretrained(base), examples


def test_the_same_prompts_are_answered_before_the_first_step_and_at_milestones(run, arguments, asked):
    model, tokenizer, examples = asked
    sampler = Sampler(run, plan(), tokenizer, examples)
    sampler.on_train_begin(arguments, at(0), TrainerControl(), model=model)
    for step in (4, 5):
        sampler.on_step_end(arguments, at(step), TrainerControl(), model=model)
    rows = run.samples()
    assert [(row["step"], row["row"]) for row in rows] == [(0, 3), (0, 9), (5, 3), (5, 9)]
    assert [row["prompt"] for row in rows[:2]] == [example.question for example in examples]
    assert [row["expected"] for row in rows[:2]] == ["fruit", "animal"]
    assert rows[0]["answer"] == rows[2]["answer"] != "", "greedy: the same model says the same"


def test_a_resumed_training_does_not_ask_the_base_again(run, arguments, asked):
    model, tokenizer, examples = asked
    Sampler(run, plan(), tokenizer, examples).on_train_begin(arguments, at(5), TrainerControl(), model=model)
    assert run.samples() == []


def test_sampling_changes_neither_random_state_nor_mode(run, arguments, asked):
    model, tokenizer, examples = asked
    model.train()
    before = torch.get_rng_state()
    Sampler(run, plan(), tokenizer, examples).sample(model, 5)
    assert torch.equal(torch.get_rng_state(), before) and model.training
    model.eval()
