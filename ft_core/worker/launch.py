"""Start, queue, stop and look at jobs. What the page calls; nothing here waits for a job or imports torch."""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from huggingface_hub import get_token

from ft_core.errors import FTError
from ft_core.hardware import on_space
from ft_core.run import JobName, JobState, Run, read_json, write_json
from ft_core.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
SECRETS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "OAUTH_CLIENT_SECRET", "FT_API_KEY")
ViewStatus = Literal["none", "queued", "running", "stopping", "done", "stopped", "failed", "interrupted"]


@dataclass(frozen=True)
class JobView:
    """One job as a person sees it. `position` 1 is next in the queue; `seconds_left` is an estimate."""

    status: ViewStatus
    step: int = 0
    total: int = 0
    message: str = ""
    position: int | None = None
    seconds_left: float | None = None
    port: int | None = None
    error: FTError | None = None


@dataclass(frozen=True)
class Entry:
    """One place in the queue: a file named so that the order of names is the order of arrival."""

    path: Path
    run: Run
    job: JobName


def entries(home: Path) -> list[Entry]:
    """The queue, first come first. Entries whose run is gone are left out."""
    found = []
    for path in sorted((home / "queue").glob("*.json")):
        values = read_json(path)
        if values is None:
            continue
        folder = home / values["run"]
        if (folder / "project.yaml").is_file():
            found.append(Entry(path, Run(folder), values["job"]))
        else:
            path.unlink(missing_ok=True)
    return found


def place(home: Path, run: Run, job: JobName) -> None:
    """Put a job at the end of the queue, once."""
    if any(entry.run.id == run.id and entry.job == job for entry in entries(home)):
        return
    name = f"{time.time_ns():020d}-{secrets.token_hex(3)}.json"
    write_json(home / "queue" / name, {"run": os.path.relpath(run.folder, home), "job": job})


def enqueue(workspace: Workspace, run: Run, job: JobName) -> None:
    """Queue a training or an evaluation. A training that was stopped or interrupted goes on where it was."""
    run.clear_stop()
    for other in workspace.runs():  # a loaded playground would share the memory, and go on with the old adapter
        stop(workspace, other, "serve")
    place(workspace.home, run, job)
    ensure_supervisor(workspace.home)


def own_token() -> str | None:
    """Off a Space, the token of whoever started the app: gated base models need one. On a Space there is no such person."""
    return None if on_space() else get_token()


def resume(workspace: Workspace, run: Run) -> None:
    """Queue a training that was stopped, interrupted or failed. Raises FTError `run.done`."""
    run.require_unfinished()
    enqueue(workspace, run, "train")


def ensure_supervisor(home: Path) -> None:
    """Start the supervisor of this home unless one is at work. The token goes through its standard input and nowhere else."""
    (home / "queue").mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home / "queue" / "supervisor.lock", timeout=0):
            pass
    except Timeout:
        return
    _spawn(["ft_core.worker.supervisor", str(home)], home / "queue" / "supervisor.log", own_token() or "")


def start(run: Run, job: JobName, arguments: dict[str, Any], token: str | None = None) -> subprocess.Popen[bytes]:
    """Start a job in a child process of its own at once. The token goes through its standard input and nowhere else."""
    line = json.dumps({"arguments": arguments, "token": token})
    return _spawn(["ft_core.worker", str(run.folder), job], run.log, line)


def _spawn(module: list[str], log: Path, line: str) -> subprocess.Popen[bytes]:
    """`python -m module ...` in a session of its own, told one line; a thread waits for its end, so that it leaves no zombie behind."""
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
    assert child.stdin is not None
    with suppress(BrokenPipeError), child.stdin:  # it ended at once, and its log says why
        child.stdin.write(line.encode() + b"\n")
    threading.Thread(target=child.wait, daemon=True).start()
    return child


def child_environment() -> dict[str, str]:
    """This environment without tokens, and with nothing taken from the Hub by way of an implicit one."""
    kept = {key: value for key, value in os.environ.items() if key not in SECRETS}
    return kept | {
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",  # they would fill the log that a person reads
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        # Threads that wait by spinning stand still when something else, a browser say, wants their core.
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def view(workspace: Workspace, run: Run, job: JobName) -> JobView:
    """One job as it stands: from its state file and from the queue."""
    state = run.job(job)
    if state is not None and state.status == "running":
        status: ViewStatus = "stopping" if run.stop_requested() and job not in ("serve", "push") else "running"
        return JobView(status, state.step, state.total, state.message, seconds_left=state.seconds_left, port=state.port)
    ending = state is not None and state.status != "interrupted" and state.alive
    for index, entry in enumerate(entries(workspace.home)):
        if entry.run.id == run.id and entry.job == job and not ending:
            message = "starting" if index == 0 else f"waiting, {index} before it"
            return JobView(
                "queued", state.step if state else 0, state.total if state else 0, message, position=index + 1
            )
    if state is None:
        return JobView("none")
    return JobView(
        state.status, state.step, state.total, state.message, error=run.error(job) if state.status == "failed" else None
    )


def stop(workspace: Workspace, run: Run, job: JobName) -> None:
    """Stop a job: out of the queue when it waits; asked to stop and keep its work when it runs. A server is ended."""
    state = run.job(job)
    running = state is not None and state.status == "running"
    if job in ("serve", "push"):
        if running:
            end(state)
        return
    if running:
        run.request_stop()
        return
    for entry in entries(workspace.home):
        if entry.run.id == run.id and entry.job == job:
            run.request_stop()  # the supervisor may be starting it at this moment
            entry.path.unlink(missing_ok=True)


def end(state: JobState | None, force: bool = False) -> None:
    """Signal the very process that wrote this state, and the group it leads: a child of ours does, a command in a terminal may not."""
    if state is not None and state.alive:
        try:
            send = os.killpg if os.getpgid(state.pid) == state.pid else os.kill
            send(state.pid, signal.SIGKILL if force else signal.SIGTERM)
        except ProcessLookupError:
            return
