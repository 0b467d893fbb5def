"""What this machine has: a Space's own words, and a GPU as a real program on the PATH tells of it."""

import os
from importlib import metadata
from pathlib import Path

import pytest

from ft_core import hardware
from ft_core.hardware import Hardware

SPACE = {"SYSTEM": "spaces", "SPACE_ID": "ada/studio", "CPU_CORES": "2", "MEMORY": "16Gi"}


@pytest.fixture
def look(tmp_path, monkeypatch):
    """look(script, **environment): what is found where nvidia-smi is that shell script (None: there is none)."""

    def look(script: str | None = None, **environment: str) -> Hardware:
        monkeypatch.setenv("PATH", str(tmp_path))
        for name in SPACE:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        if script is not None:
            (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / "nvidia-smi").chmod(0o755)
        hardware.describe.cache_clear()
        return hardware.describe()

    yield look
    hardware.describe.cache_clear()


def test_without_a_gpu_it_is_cores_and_memory(look):
    found = look()
    assert found.cores == len(os.sched_getaffinity(0)) and found.memory_gb > 0.5
    assert (found.gpu, found.gpu_memory_gb, found.space) == (None, None, None)
    assert found.label == f"This computer: {found.cores} processor cores, {found.memory_gb:.0f} GB memory, no GPU"


def test_a_gpu_is_named_with_its_memory_in_gigabytes(look):
    found = look('echo "NVIDIA L4, Ada, 23034"; echo "NVIDIA L4, Ada, 1"')
    assert (found.gpu, found.gpu_memory_gb) == ("NVIDIA L4, Ada", 24.2)
    assert found.label == "This computer: NVIDIA L4, Ada, 24 GB"


@pytest.mark.parametrize("script", ["exit 9", "echo no devices; exit 6", "true"])
def test_a_driver_that_answers_nothing_is_none(look, script):
    assert look(script).gpu is None


@pytest.mark.parametrize("memory", ["[N/A]", "[Not Supported]", "[Insufficient Permissions]"])
def test_a_gpu_that_does_not_tell_its_memory_is_still_one(look, memory):
    """GPUs that share the computer's memory, and slices of one."""
    found = look(f'echo "NVIDIA GB10, {memory}"')
    assert (found.gpu, found.gpu_memory_gb) == ("NVIDIA GB10", None)
    assert found.label == "This computer: NVIDIA GB10"


def test_a_space_says_its_share_itself(look):
    found = look(**SPACE)
    assert (found.cores, found.memory_gb, found.space) == (2, 17.2, "ada/studio")
    assert found.label.startswith("Space ada/studio: 2 processor cores, 17 GB")


@pytest.mark.parametrize("wrong", [{"CPU_CORES": "many"}, {"MEMORY": "lots"}, {"MEMORY": "16Mi"}])
def test_a_share_that_cannot_be_read_is_measured_instead(look, wrong):
    measured, found = look(), look(**(SPACE | wrong))
    if "CPU_CORES" in wrong:
        assert found.cores == measured.cores
    else:
        assert found.memory_gb == pytest.approx(measured.memory_gb, abs=0.2)


def test_off_a_space_its_variables_mean_nothing(look):
    found = look(**{key: value for key, value in SPACE.items() if key != "SYSTEM"})
    assert found.space is None and found.cores == len(os.sched_getaffinity(0)) and not hardware.on_space()


def test_it_looks_once(look, tmp_path):
    first = look(f"echo once >> {tmp_path}/asked; echo 'NVIDIA T4, 15360'")
    assert hardware.describe() is first
    assert (tmp_path / "asked").read_text() == "once\n"


def test_a_run_records_the_versions_it_used(look):
    look()
    found = hardware.environment()
    assert found["packages"]["torch"] == metadata.version("torch") and found["packages"]["peft"]
    assert found["hardware"] == hardware.describe().model_dump()
    assert str(found["python"]).startswith("3.")


def test_matrix_units_are_as_torch_finds_them(look):
    import torch

    assert look().matrix_units == bool(torch.cpu.get_capabilities().get("amx_bf16", False))


@pytest.mark.skipif(not Path("/proc/vmstat").exists(), reason="Linux alone counts")
def test_the_kernel_counts_what_it_ended_for_want_of_memory():
    first, second = hardware.memory_kills(), hardware.memory_kills()
    assert first is not None and second is not None
    assert first[0] == second[0] != "" and 0 <= first[1] <= second[1]
