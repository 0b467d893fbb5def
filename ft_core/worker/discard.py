"""Remove what a run has trained, once nothing is at work in it."""

from contextlib import ExitStack
from pathlib import Path

from filelock import FileLock, Timeout

from ft_core.jobs import WORK
from ft_core.run import Run


def discard(run: Run, held: Path | None = None) -> bool:
    """Remove checkpoints, trained weights, samples and evaluation of the run and its trials.

    False, and nothing removed, while another process works in one of them. `held` is the lock file that the caller holds.
    A job that begins meanwhile finds its lock taken, and later the run discarded.
    """
    with ExitStack() as locks:
        try:
            for path in [one.lock(name) for one in (run, *run.trials()) for name in WORK]:
                if path != held:
                    locks.enter_context(FileLock(path, timeout=0))
        except Timeout:
            return False
        run.discard()
    run.write_log("discarded: checkpoints, trained weights, samples and evaluation are removed")
    return True
