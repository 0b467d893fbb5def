"""Watching a training, and the ways to stop it."""

import json

import gradio as gr
import pytest
from filelock import FileLock

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.settings.sweep import SweepSpec
from ft_core.ui.training import curves, watch
from ft_core.worker import launch


def test_a_training_at_work_can_be_stopped(workspace, example_run, job_state):
    example_run.write_job("train", job_state())
    shown = watch.watch_job(workspace, "", example_run.id)
    assert "step 3 of 10" in shown[2]
    assert (shown[7]["visible"], shown[8]["visible"], shown[11]["visible"]) == (True, False, False)
    watch.stop_training(workspace, example_run.id)
    assert example_run.stop_requested()


def test_a_training_that_never_began_can_be_started(workspace, example_run, supervised):
    shown = watch.watch_job(workspace, "", example_run.id)
    assert shown[1]["visible"] and "Not started" in shown[2]
    assert (shown[7]["visible"], shown[8]["value"], shown[8]["visible"]) == (False, "Start this run", True)
    watch.resume_training(workspace, example_run.id)
    assert [(entry.run, entry.job) for entry in launch.entries(workspace.home)] == [(example_run, "train")]
    assert not watch.watch_job(workspace, "", example_run.id)[8]["visible"]


def test_a_search_is_no_training_to_watch(workspace, example_run):
    asked = example_run.spec().model_copy(update={"sweep": SweepSpec.model_validate({"settings": ["epochs"]})})
    example_run.project.write_text(project.dump(asked))
    shown = watch.watch_job(workspace, "", example_run.id)
    assert not shown[1]["visible"] and shown[-1]["visible"] and "Runs tab" in shown[-1]["value"]


def test_a_stopped_training_can_go_on_and_leads_on(workspace, example_run, job_state):
    example_run.write_job("train", job_state("stopped"))
    example_run.adapter.mkdir()
    (example_run.adapter / "adapter_config.json").write_text("{}")
    shown = watch.watch_job(workspace, "", example_run.id)
    assert (shown[7]["visible"], shown[8]["visible"], shown[11]["visible"]) == (False, True, True)


def test_a_failure_is_told_with_the_log(workspace, example_run, job_state):
    example_run.write_job("train", job_state("failed"))
    example_run.write_error("train", FTError("x", "It broke.", "Because.", "Mend it."))
    example_run.write_log("the last words")
    shown = watch.watch_job(workspace, "", example_run.id)
    assert "It broke" in shown[3]["value"] and "Mend it" in shown[3]["value"] and "the last words" in shown[5]
    assert shown[8]["visible"]


@pytest.mark.parametrize("trained", [True, False])
def test_a_training_that_diverged_leads_on_with_its_best_weights_and_is_not_resumed(
    workspace, example_run, job_state, trained
):
    example_run.write_job("train", job_state("failed"))
    example_run.write_error("train", FTError("train.diverged", "Step 2's weights are kept.", "Why.", "Fix."))
    if trained:
        example_run.adapter.mkdir()
        (example_run.adapter / "adapter_config.json").write_text("{}")
    shown = watch.watch_job(workspace, "", example_run.id)
    assert "weights are kept" in shown[3]["value"] and shown[3]["visible"]
    assert (shown[8]["visible"], shown[9]["visible"], shown[11]["visible"]) == (False, True, trained)


def test_a_poll_that_finds_nothing_new_changes_nothing(workspace, example_run, job_state):
    example_run.write_job("train", job_state())
    first = watch.watch_results(workspace, "", example_run.id)
    assert isinstance(watch.watch_results(workspace, first[0], example_run.id), dict)
    example_run.append_metric({"kind": "train", "step": 4, "loss": 0.4})
    second = watch.watch_results(workspace, first[0], example_run.id)
    assert len(second[2]["value"]) == len(first[2]["value"]) + 1


def test_a_long_run_is_drawn_with_at_most_500_points(workspace, example_run):
    with open(example_run.folder / "metrics.jsonl", "a") as file:
        file.writelines(
            f'{{"kind": "train", "step": {step}, "loss": 1.0, "token_accuracy": 0.5, "epoch": 1.0, "gradient_norm": 1.0, "learning_rate": 0.001}}\n'
            for step in range(4, 10_001)
        )
    shown = watch.watch_results(workspace, "", example_run.id)
    assert all(len(chart["value"]) <= 500 for chart in shown[2:6])
    assert f"mean of {curves.stretch(example_run.metrics())} steps" in shown[7]


def test_charts_of_a_long_run_are_drawn_anew_only_once_an_eye_would_see_it(workspace, example_run, job_state):
    example_run.write_job("train", job_state())
    usual = {"kind": "train", "epoch": 1.0, "loss": 1.0, "gradient_norm": 1.0, "learning_rate": 0.001}
    rows = [usual | {"step": step, "tokens_per_second": step} for step in range(4, 1204)]
    with open(example_run.folder / "metrics.jsonl", "a") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows[:1001])
    first = watch.watch_results(workspace, "", example_run.id)
    example_run.append_metric(rows[1001])
    second = watch.watch_results(workspace, first[0], example_run.id)
    assert "1,005" in second[1] and all(shown == gr.skip() for shown in second[2:])
    example_run.append_metric({"kind": "validation", "step": 1004, "loss": 0.5})
    third = watch.watch_results(workspace, second[0], example_run.id)
    assert third[2]["value"]["value"].min() == 0.5
    for row in rows[1002:1010]:
        example_run.append_metric(row)
    fourth = watch.watch_results(workspace, third[0], example_run.id)
    assert fourth[2]["value"]["step"].max() == 1013


def test_a_finished_training_is_not_begun_again(workspace, example_run, job_state):
    example_run.write_job("train", job_state(status="done", step=10, total=10))
    with pytest.raises(FTError, match="trained already") as caught:
        watch.resume_training(workspace, example_run.id)
    assert caught.value.code == "run.done"
    assert launch.entries(workspace.home) == []


@pytest.mark.parametrize(
    ("press", "how"),
    [(watch.pause_training, "pause"), (watch.stop_training, "keep"), (watch.discard_training, "discard")],
)
def test_each_way_to_stop_asks_for_it(workspace, example_run, job_state, press, how):
    example_run.write_job("train", job_state())
    with FileLock(example_run.lock("train")):  # as the process at work holds it
        press(workspace, example_run.id)
    assert example_run.stop_requested() == how


def test_a_stopped_training_is_discarded_at_once(workspace, example_run, job_state):
    example_run.write_job("train", job_state("stopped"))
    example_run.adapter.mkdir()
    (example_run.adapter / "adapter_config.json").write_text("{}")
    watch.discard_training(workspace, example_run.id)
    assert not example_run.is_trained and example_run.is_discarded
    assert "Discarded" in watch.watch_job(workspace, "", example_run.id)[2]


def test_the_remarks_tell_of_an_early_end_and_of_short_memory(workspace, example_run, job_state):
    example_run.write_job("train", job_state("done"))
    example_run.write_training({"steps": 30, "kept_step": 20, "stopped_early": True})
    example_run.write_fit({"changes": [{"step": 10, "from": 8, "to": 4, "why": "memory was refused"}]})
    example_run.append_notice("Checkpoint 9 is damaged: going on from step 6.")
    said = watch.watch_results(workspace, "", example_run.id)[7]
    assert "Checkpoint 9 is damaged: going on from step 6." in said
    assert "ended early, after step 30" in said and "after step 20 are kept" in said
    assert "4 examples at once instead of 8" in said


def test_answers_that_are_cut_off_are_told_while_it_trains(workspace, example_run, job_state):
    example_run.write_job("train", job_state("running"))
    seen, *_ = watch.watch_results(workspace, "", example_run.id)
    example_run.write_fit({"cut_off_rows": 3})
    said = watch.watch_results(workspace, seen, example_run.id)[7]
    assert example_run.training() is None and "3 training examples lost the end of their answer" in said


def test_discarding_asks_about_one_run_by_its_name(workspace, example_run, job_state):
    example_run.write_job("train", job_state("stopped"))
    asked, row, words = watch.ask_discard(workspace, "")
    assert asked == example_run.id and row["visible"] and example_run.spec().name.replace("-", "\\-") in words
    with pytest.raises(FTError) as caught:
        watch.discard_training(workspace, "")
    assert caught.value.code == "run.missing" and not example_run.is_discarded


def test_the_charts_speak_of_what_is_learnt(workspace, example_run):
    words = [words for words, _, _ in watch._charts(example_run)]
    assert words[:2] == ["loss (nats per token)", "share of tokens guessed right"]
    assert watch.watch_results(workspace, "", example_run.id)[6]["y_title"] == words[0]
    spec = example_run.spec()
    headed = spec.model_copy(update={"training": spec.training.model_copy(update={"head": "classification"})})
    example_run.project.write_text(project.dump(headed))
    assert [words for words, _, _ in watch._charts(example_run)][:2] == [
        "loss (nats per example)",
        "share of labels chosen right",
    ]
    for loss, axis in (
        ("dpo", "loss (nats per pair)"),
        ("kto", "loss of an answer (0.5: as at the start, 0: as is wanted)"),
    ):
        training = spec.training.model_copy(update={"preference_loss": loss})
        example_run.project.write_text(
            project.dump(spec.model_copy(update={"task": "preference", "training": training}))
        )
        assert [(words, key) for words, key, _ in watch._charts(example_run)][:2] == [
            (axis, "loss"),
            ("share of pairs, the better answer preferred", "preferred"),
        ]


def test_what_was_measured_as_it_began_is_told(workspace, example_run, job_state):
    example_run.write_job("train", job_state(total=240))
    assert "Measured" not in watch.watch_results(workspace, "", example_run.id)[1]
    measured = {"micro_batch_size": 8, "longest_tokens": 60, "peak_memory_gb": 0.75}
    example_run.write_fit({"measured": measured})
    words = watch.watch_results(workspace, "", example_run.id)[1]
    assert "Measured as it last began: 0.75 GB of memory at most for 8 examples of up to 60 tokens at once." in words
    example_run.write_fit({"measured": measured | {"seconds_per_step": 0.5}})
    words = watch.watch_results(workspace, "", example_run.id)[1]
    assert "at once, 0.5 s a step, about 2 min 0 s in all" in words


def test_a_profile_is_shown_where_the_run_has_one(workspace, example_run):
    assert not watch.watch_results(workspace, "", example_run.id)[8]["visible"]
    found = {"steps": [3, 5], "seconds": 2.0, "tokens": 3127, "seconds_of": {"Optimizer": 2.0}, "gigabytes_of": {}}
    example_run.write_profile(found | {"memory_gb": 1.5, "teraflops": 0.1, "matrix_teraflops": 0.2})
    part, words = watch.watch_results(workspace, "", example_run.id)[8:10]
    assert part["visible"] and "| Optimizer | 2.00 | 100% |" in words and "50% of what it can do was used" in words
