"""A trial is a complete run inside its parent: same data, changed settings, an id of its own."""

import os

import pytest

from ft_core.errors import FTError
from ft_core.jobs import JobState
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.evaluation import EvalSpec
from ft_core.train import checkpoints
from ft_core.worker.children import changed, child, require_validation, seconds_trained, usual_settings
from ft_core.workspace import Workspace


@pytest.fixture
def parent(tmp_path):
    workspace = Workspace(tmp_path / "home")
    spec = project.parse(
        {
            "data": {"source": "x.csv"},
            "training": {"lora_rank": 8, "lora_alpha": 16, "batch_size": 8, "micro_batch_size": 8, "threads": 1},
            "sweep": {"settings": {"lora_rank": [4, 8]}},
        },
        "p",
    )
    dataset = workspace.datasets / "0123456789ab"
    dataset.mkdir(parents=True)
    workspace.runs_folder.mkdir(parents=True)
    data = {"dataset": dataset.name, "folder": os.path.relpath(dataset, workspace.runs_folder / "run")}
    return Run.create(workspace.runs_folder, spec, data, {"python": "3.11"})


def test_a_trial_points_to_the_same_data_with_other_settings(parent):
    one = child(parent, 3, {"lora_rank": 4, "learning_rate": 0.01}, EvalSpec(limit=7))
    assert one.folder == parent.folder / "trials" / "3"
    assert (one.folder / one.data()["folder"]).resolve() == (parent.folder / parent.data()["folder"]).resolve()
    spec = one.spec()
    assert (spec.training.lora_rank, spec.training.learning_rate, spec.evaluation.limit) == (4, 0.01, 7)
    assert spec.sweep is None and spec.data == parent.spec().data and one.environment() == parent.environment()


def test_it_is_made_once_and_a_half_made_one_again(parent):
    (parent.trials_folder / "0").mkdir(parents=True)
    (parent.trials_folder / "0" / "data.json").write_text("{")
    one = child(parent, 0, {"seed": 5})
    one.append_metric({"kind": "train", "step": 1})
    assert child(parent, 0, {"seed": 6}).spec().training.seed == 5 and one.metrics()


def test_its_id_finds_it_in_the_workspace_and_it_is_not_listed_as_a_run(parent, tmp_path):
    workspace = Workspace(tmp_path / "home")
    one = child(parent, 2, {"seed": 5})
    assert one.id == f"{parent.id}/2" and parent.trials() == [one]
    assert workspace.run(one.id) == one and workspace.run_or_path(one.id) == one
    assert workspace.runs() == [parent]
    for wrong in (f"{parent.id}/../..", f"{parent.id}/9", f"{parent.id}/data/1"):
        with pytest.raises(FTError, match="no run|no such run"):
            workspace.run(wrong)


def test_another_rank_keeps_the_strength_of_the_adapter(parent):
    spec = parent.spec()
    assert changed(spec, {"lora_rank": 32}, "t").training.lora_alpha == 64
    assert changed(spec, {"lora_rank": 32, "lora_alpha": 8}, "t").training.lora_alpha == 8
    assert changed(spec, {"seed": 1}, "t").training.lora_alpha == 16


@pytest.mark.parametrize(("job", "what"), [("sweep", "trials"), ("data_size", "parts")])
def test_without_a_validation_split_nothing_can_be_compared(job, what):
    require_validation({"train": 9, "validation": 1}, job)
    with pytest.raises(FTError, match=f"The {what} cannot be compared") as caught:
        require_validation({"train": 9, "validation": 0}, job)
    assert caught.value.code == f"{job}.no_validation"


def test_the_usual_settings_are_those_that_the_method_has():
    assert (usual_settings("qlora"), usual_settings("full")) == (("learning_rate", "lora_rank"), ("learning_rate",))


def sealed(run, step, seconds, at):
    """A checkpoint of that step, sealed at that time (seconds since 1970)."""
    folder = run.checkpoints / f"{checkpoints.PREFIX}{step}"
    folder.mkdir(parents=True)
    checkpoints.seal(folder, step, seconds)
    os.utime(folder / checkpoints.SEAL, (at, at))


def test_the_time_trained_is_that_of_all_attempts(parent):
    assert seconds_trained(parent) is None

    def ended(status, started, heartbeat):
        state = JobState.of_this_process().model_copy(update={"status": status})
        parent.write_job("train", state.model_copy(update={"started": started, "heartbeat": heartbeat}))
        return seconds_trained(parent)

    assert ended("running", 1000.0, 1030.0) == 30
    sealed(parent, 5, 25.0, 1026.0)
    assert ended("paused", 1000.0, 1026.0) == 25, "a pause leaves no result"
    assert ended("running", 5000.0, 5010.0) == 35, "the second attempt is counted from its beginning"
    sealed(parent, 9, 40.0, 5015.0)
    assert ended("running", 5000.0, 5018.0) == 43, "and from its own checkpoint on"
    parent.write_training({"status": "stopped", "seconds": 44.0})
    assert ended("stopped", 5000.0, 5020.0) == 44
    assert ended("running", 9000.0, 9006.0) == 46, "a resumed run is not shown with the time of its earlier stop"


def test_settings_that_another_method_lacks_are_left_out(parent):
    training = changed(parent.spec(), {"method": "full", "lora_rank": 32}, "t").training
    assert training.method == "full" and "lora_rank" not in training.model_fields_set
    with pytest.raises(FTError) as caught:
        changed(parent.spec(), {"initialisation": "loftq", "method": "lora"}, "Trial 4")
    assert caught.value.code == "project.invalid" and caught.value.what.startswith("Trial 4 ")


def test_a_trial_with_another_method_has_that_methods_rate(parent):
    before = parent.spec().training.learning_rate
    assert changed(parent.spec(), {"method": "full"}, "t").training.learning_rate == pytest.approx(before / 4)
    assert changed(parent.spec(), {"method": "full", "learning_rate": 0.01}, "t").training.learning_rate == 0.01
