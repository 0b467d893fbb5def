"""The jobs of a run, and what the state file of one holds."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Literal, Protocol, get_args

import psutil
from pydantic import BaseModel, ConfigDict

Status = Literal["running", "done", "stopped", "paused", "discarded", "failed", "interrupted"]
Work = Literal["train", "evaluate", "sweep", "data_size"]  # waits in the queue, follows the run's stop file
JobName = Literal[Work, "serve", "push", "measure"]
WORK: tuple[Work, ...] = get_args(Work)
# pause: a checkpoint now and nothing else. keep: the best so far becomes the result. discard: what was trained is removed.
Stop = Literal["pause", "keep", "discard"]
SAVING = "saving"  # what a job's message ends in while it writes what must not be cut off


class Progress(Protocol):
    """How a job tells how far it is: `progress(12, 200, "training")`."""

    def __call__(self, step: int, total: int, message: str) -> None: ...


class JobState(BaseModel):
    """What `jobs/<name>.json` holds. `pid` and `process_start` (seconds since 1970) name one process.

    `attempts` counts those in a row that ended without a word and saved nothing new; `saved` and `memory_kills` are how far the
    checkpoints and `hardware.memory_kills` were when this one began; `short_of_memory`: the one before was ended for want of memory.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    status: Status
    step: int = 0
    total: int = 0
    message: str = ""
    pid: int
    process_start: float
    started: float
    heartbeat: float
    attempts: int = 1
    saved: int = 0
    memory_kills: tuple[str, int] | None = None
    short_of_memory: bool = False
    seconds_left: float | None = None
    port: int | None = None

    @classmethod
    def of_this_process(cls) -> "JobState":
        """The state of a job that begins now in this process."""
        now = time.time()
        started = psutil.Process().create_time()
        return cls(
            status="running",
            message="starting",
            pid=os.getpid(),
            process_start=started,
            started=now,
            heartbeat=now,
        )

    @property
    def saving(self) -> bool:
        """True while the job says that it writes a checkpoint or its result."""
        return self.message.endswith(SAVING)

    @property
    def alive(self) -> bool:
        """True while the very process that wrote this state exists."""
        return process_alive(self.pid, self.process_start)


_glancing: ContextVar[bool] = ContextVar("glancing", default=False)


@contextmanager
def glancing() -> Iterator[None]:
    """Inside, whether a process is alive is asked once a second: for pages, which ask for the same few again and again and decide nothing."""
    token = _glancing.set(True)
    try:
        yield
    finally:
        _glancing.reset(token)


def process_alive(pid: int, started: float) -> bool:
    """True while process `pid` that started at `started` exists and is no zombie. Process ids are reused, start times are not."""
    return _alive_this_second(pid, started, int(time.monotonic())) if _glancing.get() else _alive(pid, started)


@lru_cache(maxsize=256)
def _alive_this_second(pid: int, started: float, _second: int) -> bool:
    return _alive(pid, started)


def _alive(pid: int, started: float) -> bool:
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
