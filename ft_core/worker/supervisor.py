"""The supervisor: owns the queue of one home, one job at a time, and outlives the page.

    python -m ft_core.worker.supervisor HOME

It picks up what an earlier process left queued or interrupted, begins a crashed job again up to three times, and ends when there is
nothing to do.
"""

import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.worker import launch
from ft_core.worker.launch import Entry

ATTEMPTS = 3
IDLE_SECONDS = 20.0
STOP_GRACE_SECONDS = 120.0
POLL_SECONDS = 0.3


def main() -> None:
    """Hold the lock and work until idle; a second supervisor of the same home ends at once."""
    home = Path(sys.argv[1])
    lock = FileLock(home / "queue" / "supervisor.lock", timeout=0)
    try:
        while True:
            with lock:
                pick_up(home)
                work(home)
            # A job placed between the last look and the release of the lock found the lock taken: look once more without it.
            if not launch.entries(home):
                return
    except Timeout:
        return


def pick_up(home: Path) -> None:
    """Queue every training and evaluation that says running while its process is gone."""
    for project in sorted(home.glob("people/*/runs/*/project.yaml")):
        run = Run(project.parent)
        for job in ("train", "evaluate"):
            state = run.job(job)
            if state is not None and state.status == "interrupted":
                launch.place(home, run, job)


def work(home: Path) -> None:
    """Do the queue, first come first served, until it has been empty for IDLE_SECONDS."""
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < IDLE_SECONDS:
        waiting = launch.entries(home)
        if waiting:
            do(waiting[0])
            idle_since = time.monotonic()
        time.sleep(POLL_SECONDS)


def do(entry: Entry) -> None:
    """One job to its end, begun again after a crash; then its place in the queue is given up."""
    run, job = entry.run, entry.job
    state = run.job(job)
    if state is not None and state.status == "running":  # a process of an earlier supervisor or of the command line
        _watch(entry, None)
    elif state is not None and state.status == "interrupted" and state.attempts >= ATTEMPTS:
        _give_up(entry)
        return
    else:
        _watch(entry, launch.start(run, job, {}))
    state = run.job(job)
    if state is None or state.status != "interrupted":
        entry.path.unlink(missing_ok=True)


def _watch(entry: Entry, child: subprocess.Popen[bytes] | None) -> None:
    """Wait for the job; one that does not follow a request to stop is signalled, then killed."""
    asked: float | None = None
    while True:
        state = entry.run.job(entry.job)
        alive = child.poll() is None if child else state is not None and state.status == "running"
        if not alive:
            return
        if entry.run.stop_requested():
            asked = asked or time.monotonic()
            waited = time.monotonic() - asked
            if waited > STOP_GRACE_SECONDS:
                launch.end(state, force=waited > STOP_GRACE_SECONDS + 10)
        time.sleep(POLL_SECONDS)


def _give_up(entry: Entry) -> None:
    run, job = entry.run, entry.job
    state = run.job(job)
    assert state is not None
    error = FTError(
        "worker.crashed",
        f"The {job} job ended {state.attempts} times without saying why.",
        "The process was ended from outside, most often because the memory ran out.",
        "Read the end of the log, halve Batch size or Longest example, then press Resume.",
    )
    run.write_error(error)
    run.write_job(job, state.model_copy(update={"status": "failed", "message": error.what}))
    entry.path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
