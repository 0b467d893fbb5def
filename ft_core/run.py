"""The run directory: the only truth about a run, and the only file that knows the names inside it.

JSON files are replaced atomically, JSONL files are appended; a torn last line is ignored. A status is derived: a job that says
running while its process is gone is interrupted.
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import orjson
import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.settings.project import ProjectSpec

Status = Literal["running", "done", "stopped", "failed", "interrupted"]
JobName = Literal["train", "evaluate", "serve", "push", "sweep", "data_size"]


TRIALS = "trials"


class Progress(Protocol):
    """How a job tells how far it is: `progress(12, 200, "training")`."""

    def __call__(self, step: int, total: int, message: str) -> None: ...


class JobState(BaseModel):
    """What `jobs/<name>.json` holds. `pid` and `process_start` (seconds since 1970) name one process."""

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
    seconds_left: float | None = None
    port: int | None = None

    @property
    def alive(self) -> bool:
        """True while the very process that wrote this state exists."""
        return process_alive(self.pid, self.process_start)


def process_alive(pid: int, started: float) -> bool:
    """True while process `pid` that started at `started` exists and is no zombie. Process ids are reused, start times are not."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by `value` as JSON, whole or not at all, also across a power cut."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text`, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path) -> Any:
    """The value in `path`, or None when there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def append_line(path: Path, row: dict[str, Any]) -> None:
    """Append one row to a JSONL file, first ending a line that a killed process left torn."""
    data = (json.dumps(row, ensure_ascii=False) + "\n").encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab+") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                data = b"\n" + data
        file.write(data)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSONL file. Torn lines (of a process killed while it wrote) are left out."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    for line in data.splitlines():
        try:
            row = orjson.loads(line)  # a live page reads 10,000 lines: four times as fast as json
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row


@dataclass(frozen=True)
class Run:
    """One run: a folder. Everything about it is read from disk each time it is asked."""

    folder: Path

    @classmethod
    def create(
        cls, runs: Path, spec: ProjectSpec, data: dict[str, Any], environment: dict[str, Any], name: str | None = None
    ) -> "Run":
        """Freeze a project into a new folder under `runs`. Its `name` is left out but for the trials of another run.

        `data` names the dataset version ({"dataset", "folder", "sha256", ...}), `environment` the packages and hardware.
        Raises FTError `disk.full` through the caller's edge when the disk is full; a half-made folder is removed.
        """
        identity = name or f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        run = cls(runs / identity)
        run.folder.mkdir(parents=True)
        try:
            write_json(run.folder / "data.json", data)
            write_json(run.folder / "environment.json", environment)
            write_text(run.folder / "project.yaml", project.dump(spec))
        except OSError:
            shutil.rmtree(run.folder, ignore_errors=True)
            raise
        return run

    @classmethod
    def open(cls, folder: Path) -> "Run":
        """An existing run. Raises FTError `run.missing`."""
        if not (folder / "project.yaml").is_file():
            raise FTError(
                "run.missing",
                f"There is no run {folder.name}.",
                f"{folder} holds no project.yaml.",
                "Choose one that `python -m ft_core runs` lists.",
            )
        return cls(folder.resolve())

    @property
    def id(self) -> str:
        """The name of its folder; of a trial with that of its parent: `20260131-120000-abcdef/trials/3`."""
        above = self.folder.parent
        return f"{above.parent.name}/{TRIALS}/{self.folder.name}" if above.name == TRIALS else self.folder.name

    @property
    def created(self) -> datetime:
        """When the run, or the parent of a trial, was made (UTC), from its id."""
        return datetime.strptime("-".join(self.id.split("-")[:2]), "%Y%m%d-%H%M%S").replace(tzinfo=UTC)

    @property
    def project(self) -> Path:
        return self.folder / "project.yaml"

    def spec(self) -> ProjectSpec:
        """The frozen project."""
        return project.load(self.project)

    def data(self) -> dict[str, Any]:
        """Which dataset version the run uses: {"dataset", "folder", "sha256", ...}."""
        return read_json(self.folder / "data.json")

    def environment(self) -> dict[str, Any]:
        """Packages and hardware at creation; from its training's first start on also `model_revision`."""
        return read_json(self.folder / "environment.json")

    @property
    def model_revision(self) -> str | None:
        """The commit of the Hub base model that every job of this run uses; None until its training has loaded one, and for a local base."""
        return self.environment().get("model_revision")

    def write_model_revision(self, commit: str) -> None:
        """Bind the run to a commit of its Hub base model, for good."""
        if self.model_revision is None:
            write_json(self.folder / "environment.json", self.environment() | {"model_revision": commit})

    @property
    def adapter(self) -> Path:
        return self.folder / "adapter"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def evaluation(self) -> Path:
        return self.folder / "evaluation"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def has_adapter(self) -> bool:
        """True once a training has left an adapter that can be used."""
        return (self.adapter / "adapter_config.json").is_file()

    # Jobs: one state file each, written by the job's own process alone.

    def job(self, name: JobName) -> JobState | None:
        """The derived state of one job; None when it never began."""
        values = read_json(self.folder / "jobs" / f"{name}.json")
        if values is None:
            return None
        try:
            state = JobState.model_validate(values)
        except ValidationError as error:
            raise FTError(
                "run.newer",
                f"Run {self.id} cannot be read.",
                f"Its file jobs/{name}.json was written by another version of Fine-Tuning Studio, or is damaged.",
                "Update Fine-Tuning Studio, or delete that file: the run's results stay.",
            ) from error
        if state.status == "running" and not state.alive:
            return state.model_copy(
                update={"status": "interrupted", "message": "The process ended without saying why."}
            )
        return state

    def require_unfinished(self) -> None:
        """Raise FTError `run.done` when all steps of the training are done: to train again would only undo its evaluation."""
        state = self.job("train")
        if state is not None and state.status == "done":
            raise FTError(
                "run.done",
                f"Run {self.id} is trained already.",
                f"All {state.total} steps are done.",
                f"Evaluate it (Evaluation tab, or `python -m ft_core evaluate {self.id}`), or start a new run.",
            )

    def lock(self, name: JobName) -> Path:
        """The file that the process at this job holds locked."""
        folder = self.folder / "jobs"
        folder.mkdir(exist_ok=True)
        return folder / f"{name}.lock"

    def write_job(self, name: JobName, state: JobState) -> None:
        write_json(self.folder / "jobs" / f"{name}.json", state.model_dump(mode="json"))

    # Asking to stop.

    def request_stop(self) -> None:
        """Ask the job at work to stop and keep what it has."""
        (self.folder / "stop").touch()

    def stop_requested(self) -> bool:
        return (self.folder / "stop").exists()

    def clear_stop(self) -> None:
        (self.folder / "stop").unlink(missing_ok=True)

    # What a training leaves behind while it goes on.

    def append_metric(self, row: dict[str, Any]) -> None:
        """One row of measurements: {"kind": "train" | "validation", "step", "time", ...}."""
        append_line(self.folder / "metrics.jsonl", row)

    def metrics(self) -> list[dict[str, Any]]:
        """All measurements in the order of their steps; the last row of a (kind, step) wins."""
        rows = {
            (row["kind"], row["step"]): row
            for row in read_lines(self.folder / "metrics.jsonl")
            if "kind" in row and "step" in row
        }
        return sorted(rows.values(), key=lambda row: (row["step"], row["kind"]))

    def append_sample(self, row: dict[str, Any]) -> None:
        """One sample answer: {"step", "prompt", "answer", "expected"}."""
        append_line(self.folder / "samples.jsonl", row)

    def samples(self) -> list[dict[str, Any]]:
        """Sample answers in the order of their steps; the last of a (step, prompt) wins."""
        rows = {
            (row["step"], row["prompt"]): row
            for row in read_lines(self.folder / "samples.jsonl")
            if "step" in row and "prompt" in row
        }
        return sorted(rows.values(), key=lambda row: row["step"])

    # What went wrong, what came out.

    def write_error(self, job: JobName, error: FTError) -> None:
        write_json(self.folder / "jobs" / f"{job}.error.json", error.as_dict())

    def clear_error(self, job: JobName) -> None:
        (self.folder / "jobs" / f"{job}.error.json").unlink(missing_ok=True)

    def error(self, job: JobName) -> FTError | None:
        """What went wrong when the job was last done; None when it went well."""
        values = read_json(self.folder / "jobs" / f"{job}.error.json")
        return FTError(**values) if values else None

    def write_training(self, result: dict[str, Any]) -> None:
        write_json(self.folder / "training.json", result)

    def training(self) -> dict[str, Any] | None:
        """The result of the training: {status, steps, train_loss, validation_loss, tokens_per_second, peak_memory_gb, ...}."""
        return read_json(self.folder / "training.json")

    def write_report(self, report: dict[str, Any]) -> None:
        write_json(self.evaluation / "report.json", report)

    def clear_report(self) -> None:
        """Forget an evaluation, and that it was done: what it measured is about to change."""
        shutil.rmtree(self.evaluation, ignore_errors=True)
        (self.folder / "jobs" / "evaluate.json").unlink(missing_ok=True)
        self.clear_error("evaluate")

    def report(self) -> dict[str, Any] | None:
        """The evaluation report as `evals.report` wrote it."""
        return read_json(self.evaluation / "report.json")

    # A sweep and a study of the data's size: a run whose trials are runs of their own inside it.

    @property
    def trials(self) -> Path:
        """Where the trials are, each a complete run whose folder is its number."""
        return self.folder / TRIALS

    @property
    def study(self) -> Path:
        """The history of a sweep, which decides what is tried next."""
        return self.folder / "study.journal"

    def write_sweep(self, result: dict[str, Any]) -> None:
        write_json(self.folder / "sweep.json", result)

    def sweep(self) -> dict[str, Any] | None:
        """The trials of a sweep so far and the best of them, as `worker.sweep` wrote it."""
        return read_json(self.folder / "sweep.json")

    def write_data_size(self, result: dict[str, Any]) -> None:
        write_json(self.folder / "data_size.json", result)

    def data_size(self) -> dict[str, Any] | None:
        """What each part of the training split led to, as `worker.data_size` wrote it."""
        return read_json(self.folder / "data_size.json")

    def write_hub(self, result: dict[str, Any]) -> None:
        write_json(self.folder / "hub.json", result)

    def hub(self) -> dict[str, Any] | None:
        """Where the run was pushed: {"url", "commit", "repo", "private"}."""
        return read_json(self.folder / "hub.json")

    def fingerprint(self) -> str:
        """Changes when measurements, samples, results or errors have changed. Cheap: a page that polls asks it before it reads them."""
        names = (
            "metrics.jsonl",
            "samples.jsonl",
            "training.json",
            *(f"jobs/{job}.error.json" for job in get_args(JobName)),
            "hub.json",
            "sweep.json",
            "data_size.json",
            "evaluation/report.json",
            "adapter/adapter_config.json",
        )
        found = []
        for name in names:
            try:
                status = (self.folder / name).stat()
                found.append(f"{name}:{status.st_size}:{status.st_mtime_ns}")
            except FileNotFoundError:
                continue
        return " ".join([self.id, *found])

    def log_tail(self, lines: int = 200) -> str:
        """The last lines of the log."""
        try:
            with open(self.log, "rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - 65536))
                text = file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def write_log(self, text: str) -> None:
        """Append one line with the time to the log."""
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} {text}\n")
