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
    assert sum(found["seconds_of"].values()) == pytest.approx(found["seconds"], rel=0.05)
    assert {"Matrix products", "Element by element", profiling.OPTIMIZER} <= set(found["seconds_of"])
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


def test_operations_are_two_there_and_two_back_for_each_weight():
    layers = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Linear(5, 7))
    layers.get_output_embeddings = lambda: layers[1]
    assert profiling.operations_per_token(layers, TrainSpec(method="lora")) == 4 * 15
    assert profiling.operations_per_token(layers, TrainSpec(method="full")) == 6 * 15


def test_times_are_of_each_kind_and_the_rest_is_told():
    def event(name, microseconds, parent=None):
        return SimpleNamespace(name=name, self_cpu_time_total=microseconds, self_device_time_total=0, cpu_parent=parent)

    step = event("Optimizer.step#AdamW.step", 1e5)
    found = profiling.times([event("aten::mm", 5e5), event("aten::mul", 1e5), step, event("aten::mul", 1e5, step)], 1.0)
    assert found == pytest.approx(
        {"Matrix products": 0.5, "Element by element": 0.1, profiling.OPTIMIZER: 0.2, profiling.REST: 0.2}
    )


def test_a_matrix_product_has_a_rate():
    rate = profiling.matrix_rate(SimpleNamespace(hidden_size=64, intermediate_size=96), torch.float32, "cpu")
    assert 1e8 < rate < 1e15
