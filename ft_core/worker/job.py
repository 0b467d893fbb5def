"""One job of one run in this process: its state file, its heartbeat, its error. The command line and the child both use it."""

import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal

from filelock import FileLock, Timeout

from ft_core import hardware
from ft_core.errors import FTError, explain
from ft_core.jobs import WORK, JobName, JobState, Progress
from ft_core.run import Run
from ft_core.train import checkpoints
from ft_core.worker.discard import discard

HEARTBEAT_SECONDS = 2.0
LEAST_DONE = 3  # steps before the time left is told: the first may be of another speed
ATTEMPTS = 3  # that end without a word and save nothing new, after which a job is given up
Outcome = Literal["done", "stopped", "paused", "discarded"]


class Record:
    """The job's state on disk, written by this process alone: by a thread every HEARTBEAT_SECONDS, and at once when it ends."""

    def __init__(self, run: Run, name: JobName, on_progress: Progress | None) -> None:
        self.run = run
        self.name: JobName = name
        self.on_progress = on_progress
        self.state = _begun(run, name)
        self.lock = threading.Lock()
        self.first: tuple[float, int] | None = None
        self.topic = ""
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def begin(self) -> None:
        self._write()
        self.thread.start()

    def progress(self, step: int, total: int, message: str) -> None:
        """What the job calls; cheap enough for every step. The thread writes it."""
        now = time.time()
        topic = message.split(",")[0]
        if self.first is None or topic != self.topic or step < self.first[1] or total != self.state.total:
            self.topic = topic  # what was done before, or by an earlier attempt, says nothing about the speed of this
            self.first = (now, step)
        done = step - self.first[1]
        left = (now - self.first[0]) / done * (total - step) if done >= LEAST_DONE else None
        with self.lock:
            self.state = self.state.model_copy(
                update={"step": step, "total": total, "message": message, "seconds_left": left}
            )
        if self.on_progress:
            self.on_progress(step, total, message)

    def ready(self, port: int) -> None:
        """The job serves on this loopback port from now on."""
        with self.lock:
            self.state = self.state.model_copy(update={"port": port, "message": "ready"})
        self._write()

    def end(self, status: Outcome | Literal["failed"], message: str) -> None:
        self.ended.set()
        if self.thread.ident is not None:
            self.thread.join()
        self.state = self.state.model_copy(update={"status": status, "message": message, "seconds_left": None})
        self._write()

    def _beat(self) -> None:
        while not self.ended.wait(HEARTBEAT_SECONDS):
            # A full disk must not end the heartbeat: the job itself will meet the same error and report it.
            with suppress(OSError):
                self._write()

    def _write(self) -> None:
        with self.lock:
            self.state = self.state.model_copy(update={"heartbeat": time.time()})
            state = self.state
        self.run.write_job(self.name, state)


def next_attempt(run: Run, name: JobName) -> int:
    """The number of the attempt that comes next: 1 after an end of the job's own, or once a newer checkpoint was saved."""
    last = run.job(name)
    if last is None or last.status != "interrupted" or _saved(run) > last.saved:
        return 1
    return last.attempts + 1


def _saved(run: Run) -> int:
    """How far checkpoints reach, in steps; of a run with trials, over all of them."""
    return sum(checkpoints.last_step(one.checkpoints) for one in (run, *run.trials()))


def _begun(run: Run, name: JobName) -> JobState:
    """The state of the attempt that begins now."""
    last, attempt, kills = run.job(name), next_attempt(run, name), hardware.memory_kills()
    short = attempt > 1 and last is not None and ended_for_memory(last.memory_kills, kills, attempt)
    known = {"attempts": attempt, "saved": _saved(run), "memory_kills": kills, "short_of_memory": short}
    return JobState.of_this_process().model_copy(update=known)


def ended_for_memory(before: tuple[str, int] | None, now: tuple[str, int] | None, attempt: int) -> bool:
    """Whether an attempt that ended without a word was short of memory: where the kernel counts (`hardware.memory_kills`), its count rose.

    Where it does not, or has booted since, the last attempt is to try it: another failure would be the end anyway.
    """
    if before is None or now is None or before[0] != now[0]:
        return attempt >= ATTEMPTS
    return now[1] > before[1]


def perform(
    run: Run, name: JobName, action: Callable[["Record"], Outcome], on_progress: Progress | None = None
) -> Outcome:
    """Do `action` as the run's job `name`, leaving its state, log and error on disk.

    Raises FTError: what `action` raised, explained; `run.busy` when another process is doing this job; `run.discarded`.
    """
    lock = FileLock(run.lock(name), timeout=0)
    try:
        with lock:
            run.require_kept()
            try:
                return _perform(run, name, action, on_progress)
            finally:
                _discard_parent(run, name)
    except Timeout as error:
        other = run.job(name)
        where = f"Process {other.pid} is at step {other.step} of {other.total}." if other else "It has just begun."
        raise FTError(
            "run.busy",
            f"Run {run.id} is at this job already.",
            where,
            f"Wait for it, or stop it first: python -m ft_core stop {run.id}",
        ) from error


def _perform(run: Run, name: JobName, action: Callable[["Record"], Outcome], on_progress: Progress | None) -> Outcome:
    record = Record(run, name, on_progress)
    try:
        run.clear_error(name)
        record.begin()
        attempt = record.state.attempts
        run.write_log(f"{name}: begins" + (f" (attempt {attempt})" if attempt > 1 else ""))
        outcome = action(record)
        if name in WORK:
            outcome = _obey_late_discard(run, name, outcome)
        record.end(outcome, outcome)
    except BaseException as error:  # noqa: BLE001 - the worker's last line: whatever it was, the run must say so
        return _failed(run, record, error)
    run.write_log(f"{name}: {outcome}")
    if name in WORK and (outcome == "discarded" or run.stop_requested() != "discard"):
        run.forget_stop()  # also one that came after the last step: the next job of this run is not meant
    return outcome


def _obey_late_discard(run: Run, name: JobName, outcome: Outcome) -> Outcome:
    """Discarded, and all of it removed, when that was asked for: also after the last step, or while the run was evaluated.

    While another process works in the run too, this one has stopped, and that one reads the request and removes everything.
    """
    if outcome != "discarded" and run.stop_requested() != "discard":
        return outcome
    return "discarded" if discard(run, held=run.lock(name)) else "stopped"


def _discard_parent(run: Run, name: JobName) -> None:
    """Of a trial: the whole study, when that was to be discarded and this was the last job at work in it."""
    parent = run.parent
    with suppress(OSError):
        if parent is not None and parent.stop_requested() == "discard" and discard(parent, held=run.lock(name)):
            parent.clear_stop()


def _failed(run: Run, record: Record, error: BaseException) -> Outcome:
    if isinstance(error, KeyboardInterrupt):
        record.end("stopped", "stopped by Ctrl-C")
        raise error
    problem = explain(error)
    # The disk may be what is wrong: each of the three is tried, and the job's own state last, whatever became of the others.
    with suppress(OSError):
        trace = "".join(traceback.format_exception(error)) if problem.code == "bug" else ""
        run.write_log(f"{record.name}: failed: {problem}\n{trace}")
    with suppress(OSError):
        run.write_error(record.name, problem)
    with suppress(OSError):
        record.end("failed", problem.what)
    with suppress(OSError):
        if record.name in WORK and run.stop_requested() == "discard" and discard(run, held=run.lock(record.name)):
            run.clear_stop()
    if problem is error:
        raise problem
    raise problem from error


def unless_stopped(run: Run, progress: Progress) -> Progress:
    """A progress that raises Stopped once the run was asked to stop."""
    from ft_core.generate import Stopped

    def told(step: int, total: int, message: str) -> None:
        if run.stop_requested():
            raise Stopped
        progress(step, total, message)

    return told


def stoppable(action: Callable[[], Any]) -> Outcome:
    """Run `action`; a Stopped raised between two batches of answers ends it as stopped."""
    from ft_core.generate import Stopped

    try:
        action()
    except Stopped:
        return "stopped"
    return "done"
