"""The supervisor: owns the queue of one home, one job at a time, and outlives the page.

    python -m ft_core.worker.supervisor HOME < a line with the token for gated base models, or an empty one

It picks up what an earlier process left queued or interrupted, begins a crashed job again up to three times, and ends when there is
nothing to do.
"""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ft_core.errors import FTError
from ft_core.jobs import WORK, JobState, Work
from ft_core.run import Run
from ft_core.worker import launch, queue
from ft_core.worker.job import ATTEMPTS, next_attempt
from ft_core.worker.queue import Entry
from ft_core.worker.spare import Spare

IDLE_SECONDS = 20.0
RETRY_SECONDS = 5.0
STOP_GRACE_SECONDS = (
    120.0  # without getting on, beside the time of its steps, after which a job that was asked to stop is ended
)
SAVING_SECONDS = 1800.0  # that a checkpoint or a result may take
SILENT_SECONDS = 60.0  # without a heartbeat, after which a process does not save any more: it hangs
POLL_SECONDS = 0.3


def main() -> None:
    """Hold the lock and work until idle; a second supervisor of the same home ends at once."""
    home, token = Path(sys.argv[1]), sys.stdin.readline().strip() or None
    lock = FileLock(home / "queue" / "supervisor.lock", timeout=0)
    try:
        while True:
            with lock:
                pick_up(home)
                work(home, token)
            # A job placed between the last look and the release of the lock found the lock taken: look once more without it.
            if not launch.entries(home):
                return
    except Timeout:
        return


def pick_up(home: Path) -> None:
    """Queue all work that says running while its process is gone, unless it was to pause or to be discarded: that is settled."""
    for project in sorted(home.glob("people/*/runs/*/project.yaml")):
        run = Run(project.parent)
        for job in WORK:
            try:
                _pick_up(home, run, job)
            except (FTError, OSError) as error:  # it must not keep the others from their turn
                _log(f"{run.id}, {job}: {error}")


def _pick_up(home: Path, run: Run, job: Work) -> None:
    state = run.job(job)
    if state is None or state.status != "interrupted":
        return
    if run.stop_requested() in ("pause", "discard") and launch.settle(run, job):
        queue.cancel(home, run, job)
    else:
        queue.place(home, run, job)


def _log(text: str) -> None:
    """A line in supervisor.log, which this process's standard error is; none on a full disk."""
    with suppress(OSError):
        sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} {text}\n")


def work(home: Path, token: str | None = None) -> None:
    """Do the queue, first come first served, until it has been empty and no job was expected for IDLE_SECONDS. A full disk is waited for."""
    idle_since = time.monotonic()
    spare = Spare(home)
    while time.monotonic() - idle_since < IDLE_SECONDS:
        try:
            if _next(home, token, spare) or spare.keep():
                idle_since = time.monotonic()
        except OSError as error:
            _log(f"trying again in {RETRY_SECONDS:g} seconds: {error}")
            time.sleep(RETRY_SECONDS)
            idle_since = time.monotonic()
        time.sleep(POLL_SECONDS)
    spare.end()


def _next(home: Path, token: str | None, spare: Spare) -> bool:
    """Do the first job of the queue; False when it is empty."""
    entry = queue.take(home)
    if entry is None:
        return False
    try:
        do(home, entry, token, spare)
    except FTError as error:
        _log(f"{entry.run.id}, {entry.job}: {error}")
        queue.give_up(home, entry)
    return True


def do(home: Path, entry: Entry, token: str | None = None, spare: Spare | None = None) -> None:
    """One job to its end, begun again after a crash; then its place in the queue is given up."""
    run, job = entry.run, entry.job
    state = run.job(job)
    if run.is_discarded or (job == "train" and state is not None and state.status == "done"):
        queue.give_up(home, entry)  # to train again would only undo its evaluation
        return
    if state is not None and state.status == "interrupted" and next_attempt(run, job) > ATTEMPTS:
        _too_many_crashes(entry, state)
        queue.give_up(home, entry)
        return
    at_work = state is not None and state.status == "running"
    child = None if at_work else launch.start(run, job, {}, token, spare.take() if spare else None)
    _watch(entry, child)
    state = run.job(job)
    if child is not None and (state is None or state.pid != child.pid):
        if state is not None and state.status == "running":
            return  # a command line was faster; its job is watched at the next look
        if not run.is_discarded:
            _never_began(entry, child.pid)
    elif state is not None and state.status == "interrupted" and not launch.settle(run, job):
        return
    queue.give_up(home, entry)


def _watch(entry: Entry, child: subprocess.Popen[bytes] | None) -> None:
    """Wait for the job; one that was asked to stop and no longer gets on is signalled, then killed."""
    since, seen = 0.0, None
    while True:
        state = entry.run.job(entry.job)
        alive = child.poll() is None if child else state is not None and state.status == "running"
        if not alive:
            return
        now = time.monotonic()
        told = (state.step, state.total, state.message) if state is not None else ()
        if told != seen or not entry.run.stop_requested():
            since, seen = now, told
        if now - since > (grace := _grace(entry.run, state)):
            launch.end(state, force=now - since > grace + 10)
        time.sleep(POLL_SECONDS)


def _grace(run: Run, state: JobState | None) -> float:
    """Seconds that a job that was asked to stop may take until it tells something new: two of its steps, or all that saving takes."""
    if state is not None and state.saving and time.time() - state.heartbeat < SILENT_SECONDS:
        return SAVING_SECONDS
    measured = (one.fit().get("measured") or {} for one in (run, *run.trials()))
    return STOP_GRACE_SECONDS + 2 * max(found.get("seconds_per_step", 0.0) for found in measured)


def _too_many_crashes(entry: Entry, state: JobState) -> None:
    """After too many crashes."""
    error = FTError(
        "worker.crashed",
        f"The {entry.job} job ended {state.attempts} times without saying why or saving anything new.",
        "The process was ended from outside, most often because the memory ran out.",
        "Read the end of the log; if memory ran out, close other programs, or start a new run with a smaller Longest example or Base model.",
    )
    _fail(entry, state, error)


def _never_began(entry: Entry, pid: int) -> None:
    """The child ended before it could write a state: its last words are in the log."""
    now = time.time()
    state = JobState(status="failed", pid=pid, process_start=now, started=now, heartbeat=now)
    last = entry.run.log_tail(1) or "it left no word"
    error = FTError(
        "worker.not_started",
        f"The {entry.job} job could not begin.",
        f"The end of its log says: {last}",
        "Read the log, mend what it names, then start again.",
    )
    _fail(entry, state, error)


def _fail(entry: Entry, state: JobState, error: FTError) -> None:
    with suppress(OSError):  # on a full disk the place in the queue must still be given up
        entry.run.write_error(entry.job, error)
        entry.run.write_job(entry.job, state.model_copy(update={"status": "failed", "message": error.what}))


if __name__ == "__main__":
    main()
