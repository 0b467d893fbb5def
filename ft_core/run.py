"""The run directory: the only truth about a run, and the only file that knows the names inside it.

A status is derived: a job that says running while its process is gone is interrupted.
"""

import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from ft_core.errors import FTError
from ft_core.files import Growing, append_line, last_lines, read_json, read_lines, remembered, write_json, write_text
from ft_core.jobs import WORK, JobName, JobState, Stop
from ft_core.settings import project
from ft_core.settings.evaluation import EvalSpec, changed
from ft_core.settings.project import ProjectSpec

TRIALS = "trials"
HEAD_LABELS = "labels.json"  # beside a classification head's weights
# In an evaluation: what people made, and no machine can make again.
VOTES, CORRECTIONS = "votes.jsonl", "corrections.json"
_project = remembered(project.load)
_growing = Growing()


@remembered
def _measurements(path: Path) -> list[dict[str, Any]]:
    rows = {(row["kind"], row["step"]): row for row in _growing.read(path) if "kind" in row and "step" in row}
    return sorted(rows.values(), key=lambda row: (row["step"], row["kind"]))


@remembered
def _answers(path: Path) -> list[dict[str, Any]]:
    rows = {(row["step"], row["prompt"]): row for row in _growing.read(path) if "step" in row and "prompt" in row}
    return sorted(rows.values(), key=lambda row: row["step"])


@remembered
def _job_state(path: Path) -> JobState | None:
    values = read_json(path)
    return None if values is None else JobState.model_validate(values)


@dataclass(frozen=True)
class Run:
    """One run: a folder. Everything about it is read from disk when it is asked, what is asked most only once it has changed."""

    folder: Path

    @classmethod
    def create(
        cls,
        runs: Path,
        spec: ProjectSpec,
        data: dict[str, Any],
        environment: dict[str, Any],
        name: str | None = None,
    ) -> "Run":
        """Freeze a project into a new folder under `runs`, called by the time unless it is a trial and has its number as `name`.

        `data` names the dataset version ({"dataset", "folder", "sha256", ...}), `environment` the packages and hardware.
        Raises FTError `disk.full` through the caller's edge when the disk is full; a half-made folder is removed.
        """
        identity = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        run = cls(runs / (name or identity))
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
        """The folder's name; of a trial `PARENT/3`."""
        parent = self.folder.parent
        return f"{parent.parent.name}/{self.folder.name}" if parent.name == TRIALS else self.folder.name

    @property
    def created(self) -> datetime:
        """When the run was made (UTC), from its name; a trial's project file is as old as the trial."""
        if self.folder.parent.name == TRIALS:
            return datetime.fromtimestamp(self.project.stat().st_mtime, UTC)
        return datetime.strptime("-".join(self.id.split("-")[:2]), "%Y%m%d-%H%M%S").replace(tzinfo=UTC)

    def trials(self) -> list["Run"]:
        """The runs that a sweep or a measure of the data's size made inside this one, in the order of their numbers."""
        folders = [project.parent for project in (self.folder / TRIALS).glob("*/project.yaml")]
        return [Run(folder) for folder in sorted((f for f in folders if f.name.isdigit()), key=lambda f: int(f.name))]

    @property
    def parent(self) -> "Run | None":
        """The run that made this one as a trial; None for one that is no trial."""
        return Run(self.folder.parents[1]) if self.folder.parent.name == TRIALS else None

    @property
    def project(self) -> Path:
        return self.folder / "project.yaml"

    def spec(self) -> ProjectSpec:
        """The frozen project."""
        return _project(self.project)

    def data(self) -> dict[str, Any]:
        """Which dataset version the run uses: {"dataset", "folder", "sha256", ...}; `start`: {"run", "weights_sha256"} of the run it starts from."""
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

    def start(self) -> "Run | None":
        """The run whose result this one's training starts from; None when it starts from the base model.

        Raises FTError `run.missing`, or `model.start_changed` when what it was then has been replaced or removed.
        """
        recorded = self.data().get("start")
        if recorded is None:
            return None
        runs = self.folder.parents[2] if self.folder.parent.name == TRIALS else self.folder.parent
        parent, _, trial = recorded["run"].partition("/")
        found = Run.open(runs / parent / TRIALS / trial if trial else runs / parent)
        if not found.is_trained or (found.training() or {}).get("weights_sha256") != recorded["weights_sha256"]:
            raise FTError(
                "model.start_changed",
                f"Run {found.id} is no longer what run {self.id} started from.",
                "It was trained on or discarded since then, and its weights of that time are gone.",
                "Start a new run from it: a measure against other weights would say nothing.",
            )
        return found

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
    def model(self) -> Path:
        """The whole model of a method that changes the base's own weights; such a run has no adapter."""
        return self.folder / "model"

    @property
    def tensorboard(self) -> Path:
        """Where TensorBoard finds the measurements, when the training reports to it."""
        return self.folder / "tensorboard"

    @property
    def trackers(self) -> Path:
        """Files that another tracker keeps of the training."""
        return self.folder / "trackers"

    @property
    def has_adapter(self) -> bool:
        """True once a training has left an adapter that can be used."""
        return (self.adapter / "adapter_config.json").is_file()

    @property
    def is_trained(self) -> bool:
        """True once a training has left an adapter or a model that can be used."""
        return self.has_adapter or (self.model / "config.json").is_file()

    def before(self, result: Path) -> Path:
        """Where the adapter or model that was there lies, for the moment in which a new one takes its place."""
        return result.with_name(f".{result.name}-before")

    def mend_result(self) -> None:
        """After a kill while a result was saved: the one before is in its place again, and what was half written is gone."""
        for result in (self.adapter, self.model):
            if self.before(result).exists() and not result.exists():
                self.before(result).rename(result)
        for folder in self._unfinished():
            shutil.rmtree(folder, ignore_errors=True)

    def _unfinished(self) -> list[Path]:
        return [path for name in (".adapter-*", ".model-*") for path in self.folder.glob(name)]

    def head_labels(self) -> tuple[str, ...]:
        """The labels that a trained classification head chooses from, in the order of its numbers; empty for a model that writes."""
        folder = self.adapter if self.has_adapter else self.model
        return tuple((read_json(folder / HEAD_LABELS) or {"labels": []})["labels"])

    # Jobs: one state file each, written by the job's own process alone.

    def job(self, name: JobName) -> JobState | None:
        """The derived state of one job; None when it never began. Raises FTError `run.newer` when its file cannot be read."""
        try:
            state = _job_state(self.folder / "jobs" / f"{name}.json")
            if state is None:
                return None
        except ValueError as error:  # no JSON, or not these values
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

    def is_running(self, name: JobName) -> bool:
        """True while a process is at that job. Raises FTError `run.newer`."""
        state = self.job(name)
        return state is not None and state.status == "running"

    def require_unfinished(self) -> None:
        """Raise FTError `run.done` when all steps of the training are done (to train again would only undo its evaluation), or `run.discarded`."""
        self.require_kept()
        state = self.job("train")
        if state is not None and state.status == "done":
            raise FTError(
                "run.done",
                f"Run {self.id} is trained already.",
                f"All {state.total} steps are done.",
                f"Evaluate it (Evaluation tab, or `python -m ft_core evaluate {self.id}`), or start a new run.",
            )

    @property
    def is_discarded(self) -> bool:
        """True once what was trained has been removed."""
        state = self.job("train")
        return state is not None and state.status == "discarded"

    def require_kept(self) -> None:
        """Raise FTError `run.discarded` when what was trained has been removed."""
        if self.is_discarded:
            raise FTError(
                "run.discarded",
                f"Run {self.id} was discarded.",
                "Its checkpoints, samples and trained weights are gone.",
                f"Start a new run with the same settings: python -m ft_core duplicate {self.id} --start",
            )

    def lock(self, name: JobName) -> Path:
        """The file that the process at this job holds locked."""
        folder = self.folder / "jobs"
        folder.mkdir(exist_ok=True)
        return folder / f"{name}.lock"

    def write_job(self, name: JobName, state: JobState) -> None:
        write_json(self.folder / "jobs" / f"{name}.json", state.model_dump(mode="json"))

    # Asking to stop.

    def request_stop(self, how: Stop = "keep") -> None:
        """Ask the job at work to stop: keep the best so far as the result, only pause, or discard what it has. The last word counts."""
        write_text(self.folder / "stop", how)

    def stop_requested(self) -> Stop | None:
        """How the job at work is asked to stop; None when it is not. An empty file of an older version means keep."""
        try:
            text = (self.folder / "stop").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return "pause" if text == "pause" else "discard" if text == "discard" else "keep"

    def clear_stop(self) -> None:
        (self.folder / "stop").unlink(missing_ok=True)

    def forget_stop(self) -> None:
        """Remove a request to stop that nobody is left to follow: all jobs follow the one file, so one at work in another process keeps it."""
        if not any(map(self.is_running, WORK)):
            self.clear_stop()

    def discard(self) -> None:
        """Remove what was trained, also by its trials, for good; project, measurements, notes and log stay.

        The caller holds the locks of all its work and of theirs.
        """
        for trial in self.trials():
            trial.discard()
        beginning = self.folder / "beginning"  # PiSSA's
        for folder in (self.checkpoints, self.adapter, self.model, beginning, *self._unfinished()):
            if folder.exists():
                shutil.rmtree(folder)
        for name in ("samples.jsonl", "notices.jsonl", "training.json"):
            (self.folder / name).unlink(missing_ok=True)
        self.clear_report()
        for folder in self._earlier_evaluations().values():
            shutil.rmtree(folder)
        self.clear_error("train")
        state = self.job("train") or JobState.of_this_process()
        ended = {"status": "discarded", "message": "discarded", "seconds_left": None}
        self.write_job("train", state.model_copy(update=ended))

    # What a training leaves behind while it goes on.

    def append_metric(self, row: dict[str, Any]) -> None:
        """One row of measurements: {"kind": "train" | "validation", "step", "time", ...}."""
        append_line(self.folder / "metrics.jsonl", row)

    def metrics(self) -> list[dict[str, Any]]:
        """All measurements in the order of their steps; the last row of a (kind, step) wins."""
        return _measurements(self.folder / "metrics.jsonl")

    def append_sample(self, row: dict[str, Any]) -> None:
        """One sample answer: {"step", "prompt", "answer", "expected"}."""
        append_line(self.folder / "samples.jsonl", row)

    def samples(self) -> list[dict[str, Any]]:
        """Sample answers in the order of their steps; the last of a (step, prompt) wins."""
        return _answers(self.folder / "samples.jsonl")

    def append_notice(self, text: str) -> None:
        """A sentence that the person should read, also in the log: something went otherwise than planned, and the job went on."""
        self.write_log(text)
        append_line(self.folder / "notices.jsonl", {"text": text})

    def notices(self) -> list[str]:
        """What went otherwise than planned, each once."""
        rows = read_lines(self.folder / "notices.jsonl")
        return list(dict.fromkeys(row["text"] for row in rows if "text" in row))

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

    def fit(self) -> dict[str, Any]:
        """What the training measured as it began (its time once three steps in a row were made), and the micro-batch it goes by:
        {"micro_batch_size", "measured", "changes"}; else {}.
        """
        return read_json(self.folder / "fit.json") or {}

    def write_fit(self, found: dict[str, Any]) -> None:
        write_json(self.folder / "fit.json", found)

    @property
    def profile_folder(self) -> Path:
        """`summary.json`, the same as tables in `summary.md`, and `trace.json` for chrome://tracing or Perfetto."""
        return self.folder / "profile"

    def profile(self) -> dict[str, Any] | None:
        """Where the time and the memory of a few steps went, see train/profiling.py; None unless the run was asked to look."""
        return read_json(self.profile_folder / "summary.json")

    def write_profile(self, found: dict[str, Any]) -> None:
        write_json(self.profile_folder / "summary.json", found)

    def write_report(self, report: dict[str, Any]) -> None:
        write_json(self.evaluation / "report.json", report)

    @property
    def is_evaluated(self) -> bool:
        """True once an evaluation of these weights has ended, also while another one is under way."""
        return (self.evaluation / "report.json").is_file()

    def clear_report(self) -> None:
        """Forget an evaluation, and that it was done: what it measured is about to change. One with votes or corrections stays beside, numbered."""
        if any((self.evaluation / name).exists() for name in (VOTES, CORRECTIONS)):
            number = 1 + max(self._earlier_evaluations(), default=0)
            self.evaluation.rename(self.folder / f"evaluation-{number}")
        shutil.rmtree(self.evaluation, ignore_errors=True)
        (self.folder / "jobs" / "evaluate.json").unlink(missing_ok=True)
        self.clear_error("evaluate")

    def _earlier_evaluations(self) -> dict[int, Path]:
        """Those that stay beside, by their numbers."""
        folders = {folder.name.removeprefix("evaluation-"): folder for folder in self.folder.glob("evaluation-*")}
        return {int(number): folder for number, folder in folders.items() if number.isdigit()}

    def ask_evaluation(self, asked: EvalSpec) -> None:
        """What is to be measured from now on, in place of what the project says: kept is where the two differ."""
        says, wanted = (one.model_dump(mode="json") for one in (self.spec().evaluation, asked))
        write_json(
            self.folder / "evaluation.json", {name: value for name, value in wanted.items() if value != says[name]}
        )

    @property
    def asked_at(self) -> int:
        """Changes when something else is asked of an evaluation; 0 while it measures what the project says."""
        asked = self.folder / "evaluation.json"
        return asked.stat().st_mtime_ns if asked.exists() else 0

    def evaluation_spec(self) -> EvalSpec:
        """What an evaluation measures: as was asked for last, else as the project says. Raises FTError `project.*` and `settings.invalid`."""
        says, asked = self.spec().evaluation, read_json(self.folder / "evaluation.json")
        return changed(says, asked) if asked else says

    def report(self) -> dict[str, Any] | None:
        """The evaluation report as `evals.report` wrote it."""
        return read_json(self.evaluation / "report.json")

    @property
    def report_page(self) -> Path:
        """The same to be read and printed, as one HTML file."""
        return self.evaluation / "report.html"

    # A sweep and a study of the data's size: a run whose trials are runs of their own inside it.

    @property
    def trials_folder(self) -> Path:
        """Where the trials are, each in a folder called by its number."""
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

    def notes(self) -> str:
        """What the person wrote down about this run."""
        try:
            return (self.folder / "notes.md").read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def write_notes(self, text: str) -> None:
        """Replace the notes."""
        write_text(self.folder / "notes.md", text)

    def fingerprint(self, *, growing: bool = True) -> str:
        """Changes when measurements, samples, results or errors have changed; without `growing` measurements and samples are left out.

        Cheap: a page that polls asks it before it reads them.
        """
        names = (
            *(("metrics.jsonl", "samples.jsonl") if growing else ()),
            "notices.jsonl",
            "training.json",
            "fit.json",
            "profile/summary.json",
            *(f"jobs/{job}.error.json" for job in get_args(JobName)),
            "hub.json",
            "sweep.json",
            "data_size.json",
            "evaluation/report.json",
            "adapter/adapter_config.json",
            "model/config.json",
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
        return "\n".join(last_lines(self.log, lines))

    def write_log(self, text: str) -> None:
        """Append one line with the time to the log."""
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} {text}\n")
