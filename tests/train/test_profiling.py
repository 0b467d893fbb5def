"""A profile says where the time and the memory of a few steps went."""

import json
from types import SimpleNamespace

import pytest
import torch

from ft_core.settings.train import TrainSpec
from ft_core.train import profiling, training
from ft_core.train.profile_tables import tables
from tests.helpers import make_base_model, make_dataset, make_run


@pytest.mark.parametrize(("method", "examples", "steps"), [("qlora", 60, [3, 5]), ("full", 16, [2, 2])])
def test_a_run_that_is_looked_at(tmp_path, method, examples, steps):
    base, data = make_base_model(tmp_path / "base"), make_dataset(tmp_path / "datasets", examples)
    spec = TrainSpec(
        method=method, epochs=1, batch_size=8 if examples > 20 else 6, threads=1, evaluations=1, profile=True
    )
    run = make_run(tmp_path / "runs", base, data, spec)
    result = training.train(run, lambda *_: None)
    found = run.profile()
    assert found is not None and found["steps"] == steps and found["steps"][1] <= result["total_steps"]
    rows = {row["step"]: row["tokens"] for row in run.metrics() if row["kind"] == "train"}
    assert found["tokens"] == rows[steps[1]] - rows[steps[0] - 1]
    taken = {row["step"]: row["time"] for row in run.metrics() if row["kind"] == "train"}
    assert 0 < found["seconds"] < taken[steps[1]] - taken[steps[0] - 1] + 0.1, "nothing but these steps"
    assert found["seconds_of"]["Matrix products"] < found["seconds"]
    assert {"Matrix products", "Other operations", profiling.OPTIMIZER} <= set(found["seconds_of"])
    held = found["gigabytes_of"]
    assert 1e9 * held["Weights that learn"] == pytest.approx(4 * result["trainable_parameters"], abs=1e5)
    assert (held["Frozen weights unpacked"] > 0) is (method == "qlora")
    assert held["Moments of the optimizer"] >= 2 * held["Weights that learn"] > 0
    assert found["teraflops"] > 0 and found["matrix_teraflops"] > 0
    trace = json.loads((run.profile_folder / "trace.json").read_text(encoding="utf-8"))
    assert any("mm" in event.get("name", "") for event in trace["traceEvents"])
    assert (run.profile_folder / "summary.md").read_text(encoding="utf-8") == tables(found) + "\n"


def test_a_run_that_is_not_asked_has_none(tmp_path):
    data = make_dataset(tmp_path / "datasets", 16)
    run = make_run(tmp_path / "runs", make_base_model(tmp_path / "base"), data, TrainSpec(epochs=1, evaluations=1))
    assert training.train(run, lambda *_: None)["status"] == "done" and run.profile() is None


@pytest.mark.parametrize(
    ("steps", "milestones", "expected"),
    [(10, {10}, (3, 5)), (10, {5, 10}, (3, 5)), (10, {4, 10}, (5, 7)), (6, {2, 4, 6}, (3, 4)), (6, {1, 2, 3, 4, 5, 6}, (3, 3)),
     (3, {3}, (3, 3)), (2, {2}, (2, 2)), (1, {1}, (1, 1))],
)  # fmt: skip
def test_steps_are_looked_at_between_which_nothing_is_validated(steps, milestones, expected):
    assert profiling.window(SimpleNamespace(steps=steps, milestones=frozenset(milestones))) == expected


def test_a_run_that_goes_on_behind_those_steps_has_none_and_says_so(tmp_path):
    data = make_dataset(tmp_path / "datasets", 60)
    spec = TrainSpec(epochs=1, batch_size=8, threads=1, evaluations=1, profile=True)
    run = make_run(tmp_path / "runs", make_base_model(tmp_path / "base"), data, spec)

    def stop_early(step, _total, _message):
        if step == 4:
            run.request_stop("pause")

    assert training.train(run, stop_early)["status"] == "paused"
    assert run.profile() is None
    run.clear_stop()
    assert training.train(run, lambda *_: None)["status"] == "done"
    assert run.profile() is None and "no profile: it goes on after step 4" in run.log_tail()


def test_times_are_of_each_kind_and_the_rest_is_told():
    def event(name, microseconds, parent=None):
        return SimpleNamespace(name=name, self_cpu_time_total=microseconds, self_device_time_total=0, cpu_parent=parent)

    step = event("Optimizer.step#AdamW.step", 1e5)
    found = profiling.times([event("aten::mm", 5e5), event("aten::mul", 1e5), step, event("aten::mul", 1e5, step)], 1.0)
    assert found == pytest.approx(
        {"Matrix products": 0.5, "Other operations": 0.1, profiling.OPTIMIZER: 0.2, profiling.REST: 0.2}
    )


def test_a_matrix_product_has_a_rate():
    rate = profiling.matrix_rate(SimpleNamespace(hidden_size=64, intermediate_size=96), torch.float32, "cpu")
    assert 1e8 < rate < 1e15
