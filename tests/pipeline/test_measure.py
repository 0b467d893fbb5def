"""A trial of a training in a process of its own."""

import os
import shutil
import signal
import tempfile

import psutil
import pytest

from ft_core.errors import FTError
from ft_core.jobs import JobState
from ft_core.pipeline import measure as module
from ft_core.pipeline.measure import measure, measuring, prepare_measuring
from ft_core.pipeline.runs import choices


def test_memory_and_time_are_measured_and_nothing_is_left(prepared, tmp_path, monkeypatch):
    _, spec, dataset = prepared
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    filled, _ = choices(spec, dataset)
    found = measure(filled, dataset)
    assert found["micro_batch_size"] == 8 and 10 < found["longest_tokens"] <= 64
    assert 0.1 < found["peak_memory_gb"] < psutil.virtual_memory().total / 1e9
    assert found["seconds_per_step"] > 0 and found["loading_seconds"] > 0
    assert list(tmp_path.iterdir()) == []


def killed(_folder, _token):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_trial_that_the_system_ends_says_so(prepared, monkeypatch):
    _, spec, dataset = prepared
    filled, _ = choices(spec, dataset)
    monkeypatch.setattr(module, "_measured", killed)
    with pytest.raises(FTError) as caught:
        measure(filled, dataset)
    assert caught.value.code == "plan.died" and "--measure" in caught.value.fix


def test_what_was_measured_holds_for_all_settings_with_which_a_step_takes_as_much(prepared):
    workspace, spec, dataset = prepared
    filled, _ = choices(spec, dataset)

    def place(**changes):
        training = filled.training.model_copy(update=changes)
        return measuring(workspace, filled.model_copy(update={"training": training}), dataset).folder

    assert place() == place(epochs=9.0, learning_rate=0.5, keep="last")
    assert len({place(), place(batch_size=4), place(max_length=32), place(method="full")}) == 4
    run = prepare_measuring(workspace, filled, dataset)
    assert run.folder == place() and prepare_measuring(workspace, filled, dataset).spec() == run.spec() == filled
    assert run.data()["dataset"] == dataset.id and workspace.runs() == []


def test_a_half_made_place_is_made_anew_and_only_the_newest_and_those_at_work_stay(prepared, monkeypatch):
    workspace, spec, dataset = prepared
    monkeypatch.setattr(module, "KEPT", 2)
    filled, _ = choices(spec, dataset)

    def asked(rank):
        training = filled.training.model_copy(update={"lora_rank": rank})
        return prepare_measuring(workspace, filled.model_copy(update={"training": training}), dataset)

    half = measuring(workspace, filled, dataset)
    shutil.rmtree(half.folder, ignore_errors=True)
    half.folder.mkdir(parents=True)
    (half.folder / "data.json").write_text("{")
    assert prepare_measuring(workspace, filled, dataset).spec() == filled
    at_work = asked(101)
    at_work.write_job("measure", JobState.of_this_process())
    again, old = asked(102), asked(103)
    assert asked(102) == again, "asked for again, so it is newer than the one before"
    newest = asked(104)
    assert [run.folder.is_dir() for run in (half, at_work, again, old, newest)] == [False, True, True, False, True]
