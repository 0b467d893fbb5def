"""Remove what a run has trained, once nothing is at work in it."""

from contextlib import ExitStack

from filelock import FileLock, Timeout

from ft_core.jobs import WORK, JobName
from ft_core.run import Run


def discard(run: Run, held: JobName | None = None) -> bool:
    """Remove the run's checkpoints, trained weights, samples and evaluation. False, and nothing removed, while another process works in the run.

    `held` is the job whose lock the caller holds. A job that begins meanwhile finds its lock taken, and later the run discarded.
    """
    with ExitStack() as locks:
        try:
            for name in WORK:
                if name != held:
                    locks.enter_context(FileLock(run.lock(name), timeout=0))
        except Timeout:
            return False
        run.discard()
    run.write_log("discarded: checkpoints, trained weights, samples and evaluation are removed")
    return True
