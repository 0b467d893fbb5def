"""Runs side by side, from their files alone."""

import json

import pytest

from ft_core.jobs import JobState
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker.comparison import compare_runs

TRAINING = {"status": "done", "steps": 40, "total_steps": 40, "train_loss": 0.5, "validation_loss": 0.75}
TRAINING |= {"tokens_per_second": 900.0, "peak_memory_gb": 1.5, "seconds": 1800.0}


def new_run(folder, **training) -> Run:
    spec = {"name": "n", "data": {"source": "x.csv", "columns": {"prompt": "a"}}, "training": training}
    return Run.create(folder / "runs", project.parse(spec, "p"), {"dataset": "0" * 12}, {})


def test_results_and_differing_settings(tmp_path):
    done, going = new_run(tmp_path), new_run(tmp_path, learning_rate=0.01, epochs=3)
    done.write_job("train", JobState.of_this_process().model_copy(update={"status": "done"}))
    done.write_training(TRAINING)
    done.write_report({"metrics": {"accuracy": {"base": 0.1, "tuned": 0.9}}})
    for step, loss in ((10, 0.7), (20, 0.6), (40, 0.75)):
        done.append_metric({"kind": "validation", "step": step, "loss": loss})
    going.write_job("train", JobState.of_this_process())
    going.write_training(TRAINING | {"status": "stopped", "steps": 5, "train_loss": 9.0})
    for step, memory in ((6, 2.0), (7, 1.0)):
        row = {"loss": 1.0 / step, "tokens_per_second": 100.0 * step, "memory_gb": memory}
        going.append_metric({"kind": "train", "step": step, **row})
    found = compare_runs([done, going], dollars_per_hour=0.8)
    assert json.loads(json.dumps(found)) == found
    assert found["differing_settings"] == {"training.epochs": [5.0, 3.0], "training.learning_rate": [0.002, 0.01]}
    first, second = found["runs"]
    assert (first["status"], first["train_loss"], first["best_validation_loss"]) == ("done", 0.5, 0.6)
    assert first["scores"] == {"accuracy": 0.9} and first["dollars"] == pytest.approx(0.4)
    assert (second["status"], second["steps"], second["train_loss"]) == ("running", 7, pytest.approx(1 / 7))
    assert (second["tokens_per_second"], second["peak_memory_gb"]) == (700.0, 2.0)
    assert second["scores"] == {} and second["dollars"] is None, "its seconds are of an earlier stop"


def test_equal_runs_differ_in_nothing_and_cost_nothing_known(tmp_path):
    found = compare_runs([new_run(tmp_path), new_run(tmp_path)])
    assert found["differing_settings"] == {}
    assert [row["status"] for row in found["runs"]] == ["none", "none"]
    assert found["runs"][0]["dollars"] is None and found["runs"][0]["train_loss"] is None
