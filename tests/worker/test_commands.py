"""Commands beside the page: forked where that is safe, begun anew elsewhere, the same to who asked."""

import json
import os
import signal

import psutil
import pytest

from ft_core.worker import commands
from ft_core.worker.launch import ROOT, child_environment

both = pytest.mark.parametrize(
    "forks", [pytest.param(True, marks=pytest.mark.skipif(not commands.FORKS, reason="Linux only")), False]
)


@both
def test_a_command_has_its_own_environment_and_answers(tmp_path, monkeypatch, forks):
    monkeypatch.setattr(commands, "FORKS", forks)
    monkeypatch.setenv("FT_HOME", str(tmp_path / "none"))
    begun = commands.begin(["runs", "--json"], child_environment() | {"FT_HOME": str(tmp_path)})
    with begun.answer, begun.said:
        assert json.loads(begun.answer.read()) == {"runs": []} and begun.said.read() == ""
    assert begun.code(30) == 0 and (tmp_path / "none").exists() is False


@both
def test_one_that_is_told_to_end_does(tmp_path, monkeypatch, forks):
    monkeypatch.setattr(commands, "FORKS", forks)
    example = ROOT / "examples" / "ticket_triage" / "project.yaml"
    begun = commands.begin(["inspect", str(example), "--json"], child_environment() | {"FT_HOME": str(tmp_path)})
    with begun.answer, begun.said:
        assert "reading" in begun.said.readline() and begun.code(0) is None
        assert os.getsid(begun.pid) == begun.pid, "what it starts ends with it"
        begun.signal(signal.SIGINT)
        assert begun.code(30) == 2 and json.loads(begun.answer.read())["error"]["code"] == "stopped"
    begun.signal(signal.SIGKILL)  # nobody is there any more


@pytest.mark.skipif(not commands.FORKS, reason="Linux only")
def test_none_keeps_the_page_from_ending(tmp_path):
    example = ROOT / "examples" / "ticket_triage" / "project.yaml"
    begun = commands.begin(["inspect", str(example), "--json"], child_environment() | {"FT_HOME": str(tmp_path)})
    with begun.answer, begun.said:
        assert "reading" in begun.said.readline()
        commands.end_all()
        assert begun.code(30) == -signal.SIGTERM


@pytest.mark.skipif(not commands.FORKS, reason="Linux only")
def test_it_is_loaded_once(monkeypatch):
    commands.warm()
    before = set(psutil.Process().children())
    commands.warm()
    assert set(psutil.Process().children()) == before != set()
    monkeypatch.setattr(commands, "has_room_beside", lambda: False)
    commands.warm()
