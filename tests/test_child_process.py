"""A function in a process of its own: what it returns and raises, and that it never outlives the one that waits for it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ft_core.child_process import Died, run_in_child
from ft_core.errors import FTError

ROOT = Path(__file__).parent.parent


def fails(error: Exception) -> None:
    raise error


def test_it_returns_what_the_function_does_there():
    assert run_in_child(divmod, 17, 5) == (3, 2)
    assert run_in_child(sorted, "ba", reverse=True) == ["b", "a"]
    assert run_in_child(os.getpid) != os.getpid()


def test_what_a_person_can_mend_is_raised_here():
    with pytest.raises(FTError) as caught:
        run_in_child(fails, FTError("data.empty", "What.", "Why.", "Fix."))
    assert (caught.value.code, caught.value.fix) == ("data.empty", "Fix.")
    with pytest.raises(FTError) as caught:
        run_in_child(fails, OSError(28, "No space left on device"))
    assert caught.value.code == "disk.full"


@pytest.mark.parametrize("error", [RuntimeError("a defect"), ValueError("a defect")])
def test_a_defect_of_ours_is_none_of_the_system(error, capfd):
    with pytest.raises(RuntimeError, match="fails failed in a process of its own"):
        run_in_child(fails, error)
    assert "a defect" in capfd.readouterr().err


def test_a_process_that_the_system_ended_has_died():
    with pytest.raises(Died):
        run_in_child(signal.raise_signal, signal.SIGKILL)


WAITS = """
import signal, time
from ft_core.child_process import run_in_child
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in the background ignores it
    run_in_child(time.sleep, 300)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_process_that_waits_for_it(end, tmp_path):
    script = tmp_path / "waits.py"
    script.write_text(WAITS)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    waiting = subprocess.Popen([sys.executable, script], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 60
        while not (children := _workers(waiting.pid)) and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)  # until it sleeps, or still begins: both must end
        waiting.send_signal(end)
        said = waiting.communicate(timeout=30)[1]
        assert children and not psutil.wait_procs(children, timeout=30)[1]
        assert "in _child" not in said, "the other one says nothing"
    finally:
        waiting.kill()
        waiting.wait()


def _workers(pid: int) -> list[psutil.Process]:
    """Its children but for the one that only keeps count of what multiprocessing shares."""
    return [one for one in psutil.Process(pid).children() if "spawn_main" in " ".join(one.cmdline())]
