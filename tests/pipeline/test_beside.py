"""Data prepared in another process is the same dataset, and its errors come at once."""

import os
import signal
import threading
import time

import pytest

from ft_core.errors import FTError
from ft_core.pipeline import beside
from ft_core.pipeline.data import prepare_source
from ft_core.settings import project
from ft_core.workspace import Workspace


def _killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(beside, "cores", lambda: 2)
    monkeypatch.setattr(beside, "has_room_beside", lambda: True)


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
    goes_on, loaded = threading.Event(), []
    load = lambda: loaded.append(goes_on.wait(60))  # noqa: E731
    try:
        with pytest.raises(FTError) as caught:
            beside.beside(load)(Workspace(tmp_path), gone, folder)
        assert not loaded, "it is still at it"
    finally:
        goes_on.set()
    assert caught.value.code == "data.missing" and "gone.csv" in str(caught.value)


def test_a_process_that_was_ended_is_told(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "_prepared", _killed)
    spec = project.load(folder / "project.yaml")
    with pytest.raises(FTError) as caught:
        beside.beside(lambda: None)(Workspace(tmp_path), spec, folder)
    assert caught.value.code == "data.died" and "memory" in caught.value.why


@pytest.mark.parametrize(("name", "found"), [("cores", 1), ("has_room_beside", False)])
def test_one_core_or_little_memory_does_one_after_the_other(folder, tmp_path, monkeypatch, name, found):
    monkeypatch.setattr(beside, name, lambda: found)
    loaded = []
    made = beside.beside(lambda: loaded.append(1))(Workspace(tmp_path), project.load(folder / "project.yaml"), folder)
    assert made.counts and not loaded
