"""Start, queue, stop and look at jobs. What the page calls; nothing here waits for a job or imports torch."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from huggingface_hub import get_token

from ft_core.errors import FTError
from ft_core.hardware import TORCH_ENVIRONMENT, on_space
from ft_core.jobs import WORK, JobName, JobState, Stop, Work
from ft_core.run import Run
from ft_core.worker import queue
from ft_core.worker.children import pass_on_stop
from ft_core.worker.discard import discard as discard_now
from ft_core.worker.queue import entries as entries
from ft_core.worker.queue import move as move
from ft_core.worker.queue import place as place
from ft_core.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
_MADE_FOR: tuple[Work, ...] = ("sweep", "data_size", "train")
JOB_NAMES: dict[str, str] = {
    "train": "training",
    "evaluate": "evaluation",
    "sweep": "search for good settings",
    "data_size": "measure of how much data it needs",
    "measure": "measure of memory and time",
}
SECRETS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "OAUTH_CLIENT_SECRET", "FT_API_KEY")
ViewStatus = Literal[
    "none", "queued", "running", "stopping", "done", "stopped", "paused", "discarded", "failed", "interrupted"
]


@dataclass(frozen=True)
class JobView:
    """One job as a person sees it. `position` 1 is next of those that wait, None is being started; `seconds_left` is an estimate; `how` it is stopping."""

    status: ViewStatus
    step: int = 0
    total: int = 0
    message: str = ""
    position: int | None = None
    seconds_left: float | None = None
    port: int | None = None
    error: FTError | None = None
    how: Stop | None = None


def enqueue(workspace: Workspace, run: Run, job: JobName) -> None:
    """Queue a job. One that was paused, stopped or interrupted goes on where it was. Raises FTError `run.discarded`."""
    run.require_kept()
    run.forget_stop()
    for (
        other
    ) in workspace.runs_and_trials():  # a loaded playground would share the memory, and go on with the old weights
        with suppress(FTError):  # a state that cannot be read tells of no process
            stop(workspace, other, "serve")
    place(workspace.home, run, job)
    ensure_supervisor(workspace.home)


def require_idle(workspace: Workspace) -> None:
    """Before a model is loaded beside the queue. Raises FTError `run.busy` while one of the person's runs is at work."""
    for other in workspace.runs_and_trials():
        for job in _at_work(other):
            raise FTError(
                "run.busy",
                "The processor is at work on a run.",
                f"Run {other.id} is at work on its {JOB_NAMES[job]}; two models at once could run out of memory.",
                "Wait until it is done, or press Stop in the Training, Evaluation or Runs tab.",
            )


def _at_work(run: Run) -> list[Work]:
    """Its jobs that a process is at; a state that cannot be read tells of none."""
    with suppress(FTError):
        return [job for job in WORK if run.is_running(job)]
    return []


def token_of_this_machine() -> str | None:
    """Off a Space, the token of whoever started the app: gated base models need one. On a Space there is no such person."""
    return None if on_space() else get_token()


def resume(workspace: Workspace, run: Run) -> None:
    """Queue what was paused, stopped, interrupted or failed, or never began. Raises FTError `run.done` or `run.discarded`."""
    enqueue(workspace, run, unfinished(run))


def job_of(run: Run) -> Work:
    """What the run is for: a sweep, a measure of the data's size, or its own training. Told by what was begun; before that by its project.

    Raises FTError `project.*` when that cannot be read.
    """
    begun: Work | None = next((name for name in _MADE_FOR if run.job(name) is not None), None)
    if begun is not None:
        return begun
    return _asked_for(run, run.project.stat().st_mtime_ns)


@lru_cache(maxsize=1024)  # a page asks for every run as it polls
def _asked_for(run: Run, _written: int) -> Work:
    spec = run.spec()
    return "sweep" if spec.sweep else "data_size" if spec.data_size else "train"


def unfinished(run: Run) -> Work:
    """The job that a resumed run goes on with. Raises FTError `run.done` or `run.discarded`, and what `job_of` raises."""
    job = job_of(run)
    state = run.job(job)
    if job == "train":
        run.require_unfinished()
    elif state is not None and state.status == "done":
        raise FTError(
            "run.done",
            f"Run {run.id} is done already.",
            "All of its trials have ended.",
            f"Read {job}.json in its folder, or start a new one.",
        )
    return job


def ensure_supervisor(home: Path) -> None:
    """Start the supervisor of this home unless one is at work. The token goes through its standard input and nowhere else."""
    (home / "queue").mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home / "queue" / "supervisor.lock", timeout=0):
            pass
    except Timeout:
        return
    _tell(spawn(["ft_core.worker.supervisor", str(home)], home / "queue" / queue.LOG), token_of_this_machine() or "")


def keep_going(home: Path) -> None:
    """Start the supervisor again where jobs wait and none is at work: it was killed, say. Cheap, so that a page can ask as it polls."""
    if entries(home):
        ensure_supervisor(home)


def start(
    run: Run,
    job: JobName,
    arguments: dict[str, Any],
    token: str | None = None,
    spare: subprocess.Popen[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a job at once in a child process of its own, or in a `spare` one that waits. The token goes through its standard input and nowhere else."""
    child = spare or spawn(["ft_core.worker", str(run.folder), job], run.log)
    _tell(child, json.dumps({"run": str(run.folder), "job": job, "arguments": arguments, "token": token}))
    return child


def spawn(module: list[str], log: Path) -> subprocess.Popen[bytes]:
    """`python -m module ...` in a session of its own, which is to be told one line; a thread waits for its end, so that it leaves no zombie behind."""
    with open(log, "ab") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=ROOT,
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    threading.Thread(target=child.wait, daemon=True).start()
    return child


def _tell(child: subprocess.Popen[bytes], line: str) -> None:
    assert child.stdin is not None
    with suppress(BrokenPipeError), child.stdin:  # it ended at once, and its log says why
        child.stdin.write(line.encode() + b"\n")


def child_environment() -> dict[str, str]:
    """This environment without tokens, and with nothing taken from the Hub by way of an implicit one."""
    kept = {key: value for key, value in os.environ.items() if key not in SECRETS}
    return kept | {
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",  # they would fill the log that a person reads
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        **TORCH_ENVIRONMENT,
    }


def view(workspace: Workspace, run: Run, job: JobName) -> JobView:
    """One job as it stands: from its state file and from the queue."""
    state = run.job(job)
    if state is not None and state.status == "running":
        how = run.stop_requested() if job in WORK else None
        seen = JobView("stopping" if how else "running", state.step, state.total, state.message, how=how)
        return replace(seen, seconds_left=state.seconds_left, port=state.port)
    queued = entries(workspace.home)
    for index, entry in enumerate(queued):
        if entry.holds(run, job) and not entry.over:
            message = "starting" if index == 0 else f"waiting, {index} before it"
            position = sum(one.taken is None for one in queued[: index + 1]) if entry.taken is None else None
            return JobView(
                "queued", state.step if state else 0, state.total if state else 0, message, position=position
            )
    if state is None:
        return JobView("none")
    return JobView(
        state.status, state.step, state.total, state.message, error=run.error(job) if state.status == "failed" else None
    )


def stop(workspace: Workspace, run: Run, job: JobName, how: Stop = "keep") -> None:
    """Stop a job: out of the queue when it waits; asked to stop in this way when it runs. A server or a push is ended.

    To discard is about the whole run: see `discard`.
    """
    state = run.job(job)
    running = state is not None and state.status == "running"
    if job not in WORK:
        if running:
            end(state)
    elif how == "discard":
        discard(workspace, run)
    elif running:
        run.request_stop(how)
    elif any(entry.holds(run, job) for entry in entries(workspace.home)):
        _stop_waiting(workspace, run, job, how)


def _stop_waiting(workspace: Workspace, run: Run, job: Work, how: Stop) -> None:
    """Out of the queue. The supervisor may be starting it at this moment: then it finds the request, which nobody else is to find."""
    alone = not _others_at_work(run, job)
    if alone:
        run.request_stop(how)
    gone = queue.cancel(workspace.home, run, job)
    settle(run, job, how)
    state = run.job(job)
    if not alone or any(entry.taken is not None for entry in gone):
        return
    if state is None or state.status not in ("running", "interrupted"):
        run.clear_stop()


def _others_at_work(run: Run, job: JobName) -> bool:
    """True while another job of the run is at work: they all follow the one stop file."""
    return any(run.is_running(name) for name in WORK if name != job)


def stop_measure(workspace: Workspace, run: Run) -> None:
    """End a measure wherever it stands: there is no work to keep. Loading a model asks nobody, so its process is signalled."""
    run.request_stop("pause")
    queue.cancel(workspace.home, run, "measure")
    end(run.job("measure"))


def cancel(workspace: Workspace, run: Run, job: JobName) -> None:
    """Take a waiting job out of the queue. Raises FTError `queue.not_waiting`; one at work is stopped, not cancelled."""
    queue.require_waiting(workspace.home, run, job)
    stop(workspace, run, job, "pause")


def discard(workspace: Workspace, run: Run) -> None:
    """End all work of a run and remove what was trained: at once when nothing is at work, else as soon as that has ended."""
    trials = run.trials()
    for one in (run, *trials):
        for name in WORK:
            queue.cancel(workspace.home, one, name)
        stop(workspace, one, "serve")  # it answers with the weights that go
    if not discard_now(run):
        run.request_stop("discard")
        for one in trials:
            if any(map(one.is_running, WORK)):
                pass_on_stop(run, one)
        discard_now(run)  # the work may have ended before it could read the request
    if run.is_discarded:
        run.clear_stop()


def settle(run: Run, job: JobName, given: Stop | None = None) -> bool:
    """Give an interrupted job that was asked to stop the end that it was asked for; False when there is nothing to settle.

    `given` is that end where only this job was asked; else it is what the run's stop file says, which is removed then.

    One that was to keep its work has none that can be used yet when its process was killed: it is told as stopped, and can go on.
    """
    with suppress(Timeout), FileLock(run.lock(job), timeout=0):
        state, how = run.job(job), given or run.stop_requested()
        if state is None or state.status != "interrupted" or how is None:
            return False
        if how == "discard":
            if not discard_now(run, held=run.lock(job)):
                return False
        else:
            status = "paused" if how == "pause" else "stopped"
            run.write_job(job, state.model_copy(update={"status": status, "message": status}))
        if given is None:
            run.forget_stop()
        return True
    return False


def end(state: JobState | None, force: bool = False) -> None:
    """Signal the very process that wrote this state, and the group it leads: a child of ours does, a command in a terminal may not."""
    if state is not None and state.alive:
        try:
            send = os.killpg if os.getpgid(state.pid) == state.pid else os.kill
            send(state.pid, signal.SIGKILL if force else signal.SIGTERM)
        except ProcessLookupError:
            return
