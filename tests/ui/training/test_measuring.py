"""Measuring the settings in the form, as a job in the queue."""

import pytest

from ft_core.errors import FTError
from ft_core.settings.train import TrainSpec
from ft_core.ui import uploads
from ft_core.ui.training import form, measuring, settings
from ft_core.worker import jobs, launch
from tests.helpers import make_base_model
from tests.ui.runs.made import TRAINING, toy_project

VALUES = [
    0 if value is None else value
    for value in (
        getattr(TRAINING, name) if name in TRAINING.model_fields_set else TrainSpec.model_fields[name].default
        for name in form.NAMES
    )
]


@pytest.fixture
def asked(workspace, tmp_path):
    """What stands in the form: the dataset, the model, the settings."""
    spec = toy_project(workspace, make_base_model(tmp_path / "base"))
    return uploads.prepare(workspace, spec).id, spec.model.base, "", {}, *VALUES


def test_settings_are_measured_in_the_queue_and_then_told(workspace, asked, supervised):
    place, words, *_ = settings.show_estimate(workspace, *asked)
    assert "Both are estimates" in words
    _, done, begin, stop, progress, _ = measuring.watch_measure(workspace, "", place)
    assert begin["visible"] and not stop["visible"] and not progress["visible"] and isinstance(done, dict)

    assert measuring.start_measure(workspace, *asked) == place == measuring.start_measure(workspace, *asked)
    assert [entry.job for entry in launch.entries(workspace.home)] == ["measure"] and workspace.runs() == []
    seen, _, begin, stop, progress, _ = measuring.watch_measure(workspace, "", place)
    assert not begin["visible"] and stop["visible"] and "Measuring" in progress["value"]
    assert isinstance(measuring.watch_measure(workspace, seen, place), dict), "nothing new"

    run = workspace.measure(place)
    assert jobs.here(run, "measure") == "done"
    launch.queue.cancel(workspace.home, run, "measure")
    _, done, begin, stop, *_ = measuring.watch_measure(workspace, seen, place)
    assert done.startswith(place) and begin["value"] == "Measure again" and not stop["visible"]
    found = run.fit()["measured"]
    words = settings.show_estimate(workspace, *asked)[1]
    assert "**Measured:**" in words and f"{found['peak_memory_gb']:.2f} GB of memory at most for 8 examples" in words
    longer = [50.0 if name == "epochs" else value for name, value in zip(form.NAMES, VALUES, strict=True)]
    assert "**Measured:**" in settings.show_estimate(workspace, *asked[:4], *longer)[1], "a step takes as much"


def test_a_measure_is_stopped_wherever_it_stands(workspace, asked, supervised):
    place = measuring.start_measure(workspace, *asked)
    measuring.stop_measure(workspace, place)
    assert launch.entries(workspace.home) == []
    run = workspace.measure(place)
    assert jobs.here(run, "measure") == "stopped" and run.fit() == {}, "one that was just being started"
    assert measuring.watch_measure(workspace, "", place)[2]["visible"]
    assert measuring.start_measure(workspace, *asked) == place and not run.stop_requested()


def test_a_failure_is_told(workspace, asked, supervised):
    run = workspace.measure(measuring.start_measure(workspace, *asked))
    launch.queue.cancel(workspace.home, run, "measure")
    (workspace.datasets / asked[0] / "train.parquet").write_bytes(b"nothing")
    with pytest.raises(FTError):
        jobs.here(run, "measure")
    assert "What to do" in measuring.watch_measure(workspace, "", run.id)[5]["value"]


def test_no_other_folder_is_looked_at(workspace):
    with pytest.raises(FTError, match="no such measure"):
        measuring.watch_measure(workspace, "", "../runs")


def test_dollars_are_told_on_a_space(monkeypatch):
    found = {"micro_batch_size": 1, "longest_tokens": 30, "peak_memory_gb": 0.5, "seconds_per_step": 0.25}
    assert measuring.told(found, None).endswith("for 1 example of up to 30 tokens at once")
    assert measuring.told(found, 3600).endswith("0.25 s a step, about 1 h 0 min in all without validations")
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("ACCELERATOR", "l4x1")
    assert measuring.told(found, 3600).endswith("validations, $0.80 on this Space")
