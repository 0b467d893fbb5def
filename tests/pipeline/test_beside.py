"""Data prepared in another process is the same dataset, and its errors come at once."""

import os
import signal
import threading
import time

import pytest

from ft_core.errors import FTError, explain
from ft_core.pipeline import beside
from ft_core.pipeline.data import prepare_source
from ft_core.settings import project
from ft_core.workspace import Workspace


def _killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(beside, "cores", lambda: 2)


def test_it_is_the_same_dataset_and_what_is_needed_next_is_loaded(folder, tmp_path):
    spec = project.load(folder / "project.yaml")
    loaded = []

    def load() -> None:
        time.sleep(0.5)
        loaded.append(os.getpid())
        raise ImportError("met again by who needs it")

    made = beside.beside(load)(Workspace(tmp_path / "beside"), spec, folder)
    assert loaded == [os.getpid()], "in this process, and done"
    assert made.sha256 == prepare_source(Workspace(tmp_path / "here"), spec, folder).sha256


def test_an_error_in_the_data_does_not_wait_for_the_libraries(folder, tmp_path):
    spec = project.load(folder / "project.yaml")
    gone = spec.model_copy(update={"data": spec.data.model_copy(update={"source": "gone.csv"})})
    never = threading.Event()
    with pytest.raises(FTError) as caught:
        beside.beside(lambda: never.wait(300) and None)(Workspace(tmp_path), gone, folder)
    assert caught.value.code == "data.missing" and "gone.csv" in str(caught.value)
    never.set()


def test_a_process_that_was_ended_is_told_as_short_of_memory(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "_prepared", _killed)
    spec = project.load(folder / "project.yaml")
    with pytest.raises(MemoryError) as caught:
        beside.beside(lambda: None)(Workspace(tmp_path), spec, folder)
    assert explain(caught.value).code == "memory.main"


def test_one_core_does_one_after_the_other(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "cores", lambda: 1)
    loaded = []
    made = beside.beside(lambda: loaded.append(1))(Workspace(tmp_path), project.load(folder / "project.yaml"), folder)
    assert made.counts and not loaded
