"""The queue of one home: one file a place, named so that the order of names is the order in which jobs are done.

Whoever changes it holds its lock, for a moment; whoever looks at it needs none. It outlives every process.
"""

import os
import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict

from ft_core.errors import FTError
from ft_core.files import read_json, sync_folder, write_json
from ft_core.jobs import JobName
from ft_core.run import Run

LOG = "supervisor.log"
_KEY = re.compile(r"\d+")


class _Place(BaseModel):
    """What the file of one place holds; `run` is relative to the home."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    job: JobName
    taken: float | None = None


@dataclass(frozen=True)
class Entry:
    """One place. `taken`: when a supervisor began with it (seconds since 1970); None while it waits."""

    path: Path
    run: Run
    job: JobName
    taken: float | None = None

    @property
    def key(self) -> str:
        """The digits before the name's dash; names are in the order of these as texts, 15 before 2."""
        found = _KEY.match(self.path.name)
        assert found is not None
        return found.group()

    @property
    def over(self) -> bool:
        """True once the job has come to an end of its own since it was taken; its place is about to be given up.

        False when that cannot be read: whoever takes it says so.
        """
        try:
            state = self.run.job(self.job)
        except FTError:
            return False
        if self.taken is None or state is None or state.status in ("running", "interrupted"):
            return False
        return state.heartbeat >= self.taken

    def holds(self, run: Run, job: JobName) -> bool:
        """True when this is the place of that job."""
        return self.job == job and self.run.folder.resolve() == run.folder.resolve()


def entries(home: Path) -> list[Entry]:
    """The queue, first come first. Entries whose run is gone are left out, and so are damaged ones, which are put aside."""
    found = []
    for path in sorted((home / "queue").glob("[0-9]*.json")):
        try:
            values = read_json(path)
            if values is None:  # moved or removed since its name was read
                continue
            place = _Place.model_validate(values)
        except ValueError:  # no JSON, or not these values
            _put_aside(path)
            continue
        folder = home / place.run
        if (folder / "project.yaml").is_file():
            found.append(Entry(path, Run(folder), place.job, place.taken))
        else:
            path.unlink(missing_ok=True)
    return found


def _put_aside(path: Path) -> None:
    """Under a name that is no place any more, with a line in the supervisor's log."""
    with suppress(OSError):  # another process was faster, or the disk is read-only
        path.rename(path.with_suffix(".damaged"))
        with open(path.with_name(LOG), "a", encoding="utf-8") as file:
            file.write(f"{path.name} is damaged and left out: start that job again\n")


def place(home: Path, run: Run, job: JobName) -> None:
    """Put a job at the end of the queue, once, whoever else does the same at this moment."""
    with _lock(home):
        waiting = entries(home)
        if any(entry.holds(run, job) and not entry.over for entry in waiting):
            return
        # The clock may have been set back: the end is behind whatever is there.
        key = max([f"{time.time_ns():020d}", *(_after(entry.key) for entry in waiting[-1:])])
        _write(home / "queue" / _name(key), home, run, job, None)


def take(home: Path) -> Entry | None:
    """The first place, marked as the one at work: from now on it is not moved and none is moved before it. None when the queue is empty."""
    with _lock(home):
        for entry in entries(home):
            if entry.over:  # an earlier supervisor ended before it could give up the place
                entry.path.unlink(missing_ok=True)
                continue
            now = time.time()
            _write(entry.path, home, entry.run, entry.job, now)
            return Entry(entry.path, entry.run, entry.job, now)
    return None


def give_up(home: Path, entry: Entry) -> None:
    """Remove a place; nothing happens when it is gone already."""
    with _lock(home):
        entry.path.unlink(missing_ok=True)
        sync_folder(home / "queue")


def cancel(home: Path, run: Run, job: JobName) -> list[Entry]:
    """Remove the place of a job wherever it stands now; what was removed, nothing when it has none."""
    with _lock(home):
        found = [entry for entry in entries(home) if entry.holds(run, job)]
        for entry in found:
            entry.path.unlink(missing_ok=True)
        if found:
            sync_folder(home / "queue")
        return found


def require_waiting(home: Path, run: Run, job: JobName) -> int:
    """The place of a job that waits, from 0. Raises FTError `queue.not_waiting`."""
    for at, entry in enumerate(entries(home)):
        if entry.taken is None and entry.holds(run, job):
            return at
    raise FTError(
        "queue.not_waiting",
        f"The {job} job of run {run.id} is not waiting.",
        "It is at work, at its end, or was never queued.",
        "Look at who waits with `python -m ft_core queue`, and choose one of these.",
    )


def move(home: Path, run: Run, job: JobName, places: int) -> None:
    """Move a waiting job by so many places, earlier when negative, at most to either end; never before the job at work.

    One rename: a process killed at any moment leaves it where it was or where it goes. Raises FTError `queue.not_waiting`.
    """
    with _lock(home):
        at = require_waiting(home, run, job)
        waiting = entries(home)
        first = sum(entry.taken is not None for entry in waiting)
        to = min(max(at + places, first), len(waiting) - 1)
        if to == at:
            return
        others = waiting[:at] + waiting[at + 1 :]
        before = others[to - 1].key if to > 0 else "0"
        key = _between(before, others[to].key) if to < len(others) else _after(before)
        os.rename(waiting[at].path, home / "queue" / _name(key))
        sync_folder(home / "queue")


def _lock(home: Path) -> FileLock:
    (home / "queue").mkdir(parents=True, exist_ok=True)
    return FileLock(home / "queue" / "queue.lock")


def _write(path: Path, home: Path, run: Run, job: JobName, taken: float | None) -> None:
    mark = {} if taken is None else {"taken": taken}
    write_json(path, {"run": os.path.relpath(run.folder, home), "job": job} | mark)
    sync_folder(home / "queue")


def _name(key: str) -> str:
    return f"{key}-{secrets.token_hex(3)}.json"


def _after(key: str) -> str:
    """The next key of 20 digits behind `key`."""
    return f"{int(key.ljust(20, '0')[:20]) + 1:020d}"


def _between(before: str, after: str) -> str:
    """A key between two different ones: their mean, a digit longer when they are neighbours."""
    length = max(len(before), len(after))
    low, high = int(before.ljust(length, "0")), int(after.ljust(length, "0"))
    if high - low < 2:
        length, low, high = length + 1, low * 10, high * 10
    return f"{(low + high) // 2:0{length}d}"
