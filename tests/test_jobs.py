"""A job's state names one process: its number and when it began."""

import os
import subprocess
import sys
import time

import psutil
import pytest
from pydantic import ValidationError

from ft_core.jobs import JobState, glancing, process_alive


def state(**changes) -> JobState:
    me = psutil.Process()
    known = {"pid": me.pid, "process_start": me.create_time(), "started": 1.0, "heartbeat": 1.0}
    return JobState.model_validate(known | {"status": "running"} | changes)


def test_a_state_is_alive_while_the_very_process_is():
    assert state().alive
    assert not state(process_start=psutil.Process().create_time() - 1000).alive, "another one took over its number"


def test_a_zombie_counts_as_gone():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = psutil.Process(child.pid).create_time()
    assert process_alive(child.pid, started)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not process_alive(child.pid, started)
    child.communicate()
    assert not process_alive(child.pid, started)


def test_a_state_with_an_unknown_key_is_refused():
    with pytest.raises(ValidationError):
        state(colour="red")


def test_a_glance_asks_once_a_second():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = psutil.Process(child.pid).create_time()
    with glancing():
        while time.monotonic() % 1 > 0.5:  # so that what follows is one second's
            time.sleep(0.01)
        assert process_alive(child.pid, started)
        child.communicate()
        assert process_alive(child.pid, started), "as it was when it was asked"
    assert not process_alive(child.pid, started)
    with glancing():
        time.sleep(1)
        assert not process_alive(child.pid, started)
