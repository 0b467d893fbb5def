"""A trial of a training in a process of its own."""

import os
import signal
import tempfile

import psutil
import pytest

from ft_core.errors import FTError
from ft_core.pipeline import measure as module
from ft_core.pipeline.measure import measure
from ft_core.pipeline.runs import choices


def test_memory_and_time_are_measured_and_nothing_is_left(prepared, tmp_path, monkeypatch):
    _, spec, dataset = prepared
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    filled, _ = choices(spec, dataset)
    found = measure(filled, dataset)
    assert found["micro_batch_size"] == 8 and 10 < found["longest_tokens"] <= 64
    assert found["steps"] == -(-dataset.counts["train"] // 8)
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
