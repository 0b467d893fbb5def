"""Starting and watching a training, as the tab does it."""

import pytest

from ft_core.errors import FTError
from ft_core.settings.train import TrainSpec
from ft_core.ui import training_tab
from ft_core.worker import launch
from ft_core.workspace import Workspace
from tests.helpers import make_base_model

VALUES = [TrainSpec.model_fields[name].default for name in training_tab.MAIN + training_tab.ADVANCED]


def test_the_estimate_is_the_number_of_steps(example_home):
    words = training_tab.show_estimate(Workspace(example_home), "", "starter", *VALUES)
    assert words.startswith("**") and " steps**" in words and "16 a step" in words


def test_the_estimate_says_what_is_wrong_meanwhile(example_home):
    wrong = [
        0 if name == "epochs" else value
        for name, value in zip(training_tab.MAIN + training_tab.ADVANCED, VALUES, strict=True)
    ]
    assert "Epochs" in training_tab.show_estimate(Workspace(example_home), "", "starter", *wrong)


def test_the_estimate_says_what_is_cut_off_as_soon_as_the_base_is_on_this_machine(example_home, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    short = [
        16 if name == "max_length" else value
        for name, value in zip(training_tab.MAIN + training_tab.ADVANCED, VALUES, strict=True)
    ]

    def words() -> str:
        return training_tab.show_estimate(Workspace(example_home), "", str(base), *short)

    assert "lose the end" not in words()
    make_base_model(base)
    assert "are longer than 16 tokens and lose the end of their answer" in words()


@pytest.mark.parametrize("base", ["", None])
def test_a_base_model_that_was_not_chosen_is_named(example_home, base):
    assert "Base model" in training_tab.show_estimate(Workspace(example_home), "", base, *VALUES)
    with pytest.raises(FTError) as caught:
        training_tab.start_training(Workspace(example_home), "", "name", base, *VALUES)
    assert caught.value.code == "settings.invalid" and "Base model" in caught.value.fix


def test_without_a_dataset_there_is_nothing_to_start(workspace):
    with pytest.raises(FTError) as caught:
        training_tab.start_training(workspace, "", "name", "starter", *VALUES)
    assert caught.value.code == "data.missing"


def test_a_space_trains_only_suggested_models(example_home, monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    with pytest.raises(FTError) as caught:
        training_tab.start_training(Workspace(example_home), "", "name", "/etc", *VALUES)
    assert caught.value.code == "model.missing"
    assert "suggested" in training_tab.show_estimate(Workspace(example_home), "", "/etc", *VALUES)


def test_a_training_at_work_can_be_stopped(workspace, example_run, job_state):
    example_run.write_job("train", job_state())
    shown = training_tab.watch_job(workspace, "", example_run.id)
    assert "step 3 of 10" in shown[2]
    assert (shown[6]["visible"], shown[7]["visible"], shown[9]["visible"]) == (True, False, False)
    training_tab.stop_training(workspace, example_run.id)
    assert example_run.stop_requested()


def test_a_stopped_training_can_go_on_and_leads_on(workspace, example_run, job_state):
    example_run.write_job("train", job_state("stopped"))
    example_run.adapter.mkdir()
    (example_run.adapter / "adapter_config.json").write_text("{}")
    shown = training_tab.watch_job(workspace, "", example_run.id)
    assert (shown[6]["visible"], shown[7]["visible"], shown[9]["visible"]) == (False, True, True)


def test_a_failure_is_told_with_the_log(workspace, example_run, job_state):
    example_run.write_job("train", job_state("failed"))
    example_run.write_error("train", FTError("x", "It broke.", "Because.", "Mend it."))
    example_run.write_log("the last words")
    shown = training_tab.watch_job(workspace, "", example_run.id)
    assert "It broke" in shown[3]["value"] and "Mend it" in shown[3]["value"] and "the last words" in shown[5]
    assert shown[7]["visible"]


def test_a_poll_that_finds_nothing_new_changes_nothing(workspace, example_run, job_state):
    example_run.write_job("train", job_state())
    first = training_tab.watch_results(workspace, "", example_run.id)
    assert isinstance(training_tab.watch_results(workspace, first[0], example_run.id), dict)
    example_run.append_metric({"kind": "train", "step": 4, "loss": 0.4})
    second = training_tab.watch_results(workspace, first[0], example_run.id)
    assert len(second[2]) == len(first[2]) + 1


def test_a_long_run_is_drawn_with_at_most_500_points(workspace, example_run):
    with open(example_run.folder / "metrics.jsonl", "a") as file:
        file.writelines(
            f'{{"kind": "train", "step": {step}, "loss": 1.0, "token_accuracy": 0.5, "epoch": 1.0}}\n'
            for step in range(4, 10_001)
        )
    shown = training_tab.watch_results(workspace, "", example_run.id)
    assert len(shown[2]) <= 500 and len(shown[3]) <= 500
    assert "mean of 26 steps" in shown[4]


def test_a_finished_training_is_not_begun_again(workspace, example_run, job_state):
    example_run.write_job("train", job_state(status="done", step=10, total=10))
    with pytest.raises(FTError, match="trained already") as caught:
        training_tab.resume_training(workspace, example_run.id)
    assert caught.value.code == "run.done"
    assert launch.entries(workspace.home) == []
