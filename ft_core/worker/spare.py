"""A worker that has loaded the libraries and waits to be told its job: the next one begins seconds sooner.

Kept by the supervisor while a page shows a tab that work is begun from, where memory allows, and never beside a job.
"""

import subprocess
import time
from pathlib import Path

from ft_core.hardware import has_room_beside
from ft_core.worker import launch, queue

EXPECTED_SECONDS = 30.0  # since a page last said so: longer than the seldomest of them look


def expect(home: Path) -> None:
    """Say that a job is likely soon, and see to it that a supervisor is there. Cheap, so that a page can say it as it polls."""
    mark = _mark(home)
    if time.time() - _time(mark) > EXPECTED_SECONDS / 3:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        launch.ensure_supervisor(home)


class Spare:
    """None at first; `keep` while there is nothing to do, `take` for a job. After one that ended by itself there is none: the next would, too."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.child: subprocess.Popen[bytes] | None = None
        self.failed = False

    def keep(self) -> bool:
        """Begin one, or end it, as the page and the memory have it; True while a job is expected."""
        self._notice()
        expected = time.time() - _time(_mark(self.home)) < EXPECTED_SECONDS
        if not expected or not has_room_beside():
            self.end()
        elif self.child is None and not self.failed:
            self.child = launch.spawn(["ft_core.worker", "--wait"], self.home / "queue" / queue.LOG)
        return expected

    def take(self) -> subprocess.Popen[bytes] | None:
        """The one that waits, for a job; it may still be loading. None when there is none."""
        self._notice()
        child, self.child = self.child, None
        return child

    def end(self) -> None:
        """Its standard input is closed: it ends."""
        child, self.child = self.child, None
        if child is not None and child.stdin is not None:
            child.stdin.close()

    def _notice(self) -> None:
        """One that has ended by itself: its libraries cannot be loaded, or it was killed for its memory."""
        if self.child is not None and self.child.poll() is not None:
            self.failed = True
            self.end()


def _mark(home: Path) -> Path:
    return home / "queue" / "expected"


def _time(mark: Path) -> float:
    """When it was last touched, in seconds since 1970; 0 when never."""
    try:
        return mark.stat().st_mtime
    except FileNotFoundError:
        return 0.0
