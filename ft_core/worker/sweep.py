"""The job of a sweep: trial after trial in this process, each a run of its own, hopeless ones ended early. Goes on where it was killed."""

import math
import time
from contextlib import suppress
from typing import Any

from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.methods import used_by
from ft_core.settings.sweep import SweepSpec
from ft_core.settings.train import TrainSpec
from ft_core.train.build import milestones
from ft_core.train.search import Candidate, Ended, Search
from ft_core.worker.children import (
    child,
    pass_on_stop,
    require_validation,
    seconds_trained,
    stopped_as,
    train_child,
    validation_losses,
)

SAVE_SECONDS = 5.0  # between two records of the time spent, while a trial is trained
SAME_FAILURES = 3  # failures with one reason and no success, after which the reason is the sweep's own
NOT_ITS_SETTINGS = ("disk.full", "run.busy", "stopped")  # errors that no trial is to blame for


def sweep(run: Run, progress: Progress, token: str | None = None) -> dict[str, Any]:
    """Try the settings of the run's sweep until its trials or minutes are used up, or it is asked to stop.

    Returns and writes {"version", "status": "running" | "done" | "stopped" | "paused" | "failed", "wanted", "seconds", "trials": [{"number", "run",
    "settings", "value", "status": "done" | "pruned" | "failed", "seconds", "reason"}], "best": {"number", "run", "settings", "value"} | null,
    "importances": {setting: share} | null}. A value is the lowest validation loss, in nats per token; `seconds` are of all attempts together.
    `token` is for gated Hub models.

    Raises FTError `sweep.none`, `sweep.no_validation`, and a trial's own when its settings are not to blame, or when the first three fail alike.
    """
    spec = _require(run)
    training = run.spec().training
    work = _Work(run, spec, training, Search(run.study, spec, training), progress, token)
    work.write("running")
    try:
        while not run.stop_requested():
            candidate = work.search.begun()
            if candidate is None:
                if work.search.ended >= work.search.wanted or work.over:
                    return work.write("done")
                candidate = work.search.next()
            work.trial(candidate)
            work.write("running")
    except (FTError, KeyboardInterrupt) as error:
        with suppress(OSError):
            work.write("failed" if isinstance(error, FTError) else "stopped")
        raise
    return work.write(stopped_as(run))


def _require(run: Run) -> SweepSpec:
    spec = run.spec().sweep
    if spec is None:
        raise FTError(
            "sweep.none",
            "There are no settings to try.",
            "The project has no `sweep`.",
            "Add `sweep: {settings: [learning_rate]}` to the project file, or --set learning_rate.",
        )
    require_validation(Dataset.open(run.folder / run.data()["folder"]).counts, "sweep")
    return spec


def _no_loss() -> FTError:
    return FTError(
        "train.no_validation_loss",
        "The trial has no validation loss.",
        "No validation gave a number.",
        "Lower Learning rate, or leave this trial out.",
    )


class _Work:
    """One attempt at a sweep: its study, and the time that all attempts took."""

    def __init__(
        self, run: Run, spec: SweepSpec, training: TrainSpec, search: Search, progress: Progress, token: str | None
    ) -> None:
        self.run = run
        self.spec = spec
        self.method = training.method
        self.search = search
        self.progress = progress
        self.token = token
        self.seconds_before = (run.sweep() or {}).get("seconds", 0.0)
        self.began = self.saved = time.monotonic()
        self.rows: dict[int, dict[str, Any]] = {}

    @property
    def seconds(self) -> float:
        return self.seconds_before + time.monotonic() - self.began

    @property
    def over(self) -> bool:
        return self.spec.minutes is not None and self.seconds >= 60 * self.spec.minutes

    def trial(self, candidate: Candidate) -> None:
        """Bring one trial to its end; it stays at work when the sweep is asked to stop. Raises FTError as `sweep` says."""
        try:
            one = child(self.run, candidate.number, candidate.settings)
        except FTError as error:  # settings that do not go together
            self.failed(candidate, error)
            return
        state = one.job("train")
        if state is not None and state.status == "failed":  # the sweep was killed before it could say so
            error = one.error("train")
            if error is not None and error.code not in NOT_ITS_SETTINGS:
                self.failed(candidate, error)
                return
        if state is None or state.status != "done":
            watch = _Watch(self, one, candidate)
            if not watch.look():
                try:
                    train_child(self.run, one, watch, self.token)
                except FTError as error:
                    if error.code in NOT_ITS_SETTINGS:
                        raise
                    self.failed(candidate, error)
                    return
            state = one.job("train")
            if state is None or state.status != "done":
                if watch.hopeless or not self.run.stop_requested():
                    self.search.end(candidate.number, "pruned")
                return
        losses = validation_losses(one)
        candidate.report(losses)
        lowest = min(filter(math.isfinite, losses), default=None)
        if lowest is not None:
            self.search.end(candidate.number, "done", lowest)
        else:
            self.failed(candidate, _no_loss())

    def failed(self, candidate: Candidate, error: FTError) -> None:
        """Count a trial as failed. Raises `error` when the first few all failed for that reason: it is not the settings then."""
        self.search.end(candidate.number, "failed", error=error)
        self.run.write_log(f"sweep: trial {candidate.number} failed: {error.what}")
        ended = self.search.trials()
        if len(ended) >= SAME_FAILURES and {trial.error.code if trial.error else None for trial in ended} == {
            error.code
        }:
            raise error

    def watch(self, message: str) -> None:
        """Tell how far the sweep is, and now and then write down how long it has been at work."""
        wanted = self.search.wanted
        ended = len(self.rows)
        self.progress(ended, wanted, f"trials, {ended + 1} of {wanted}: {message}")
        if time.monotonic() - self.saved > SAVE_SECONDS:
            self.write("running")

    def write(self, status: str) -> dict[str, Any]:
        """The result so far."""
        for trial in self.search.trials():
            if trial.number not in self.rows:
                self.rows[trial.number] = self._row(trial)
        rows = [self.rows[number] for number in sorted(self.rows)]
        done = [row for row in rows if row["status"] == "done"]
        best = min(done, key=lambda row: row["value"], default=None)
        result = {
            "version": 1,
            "status": status,
            "wanted": self.search.wanted,
            "seconds": round(self.seconds, 1),
            "trials": rows,
            "best": {key: best[key] for key in ("number", "run", "settings", "value")} if best else None,
            "importances": self.search.importances(),
        }
        self.run.write_sweep(result)
        self.saved = time.monotonic()
        return result

    def _row(self, trial: Ended) -> dict[str, Any]:
        one = Run(self.run.trials_folder / str(trial.number))
        method = trial.settings.get("method", self.method)
        return {
            "number": trial.number,
            "run": one.id,
            "settings": {name: value for name, value in trial.settings.items() if used_by(method, name)},
            "value": trial.value,
            "status": trial.status,
            "seconds": seconds_trained(one),
            "reason": f"{trial.error.what} {trial.error.why}" if trial.error else None,
        }


class _Watch:
    """What a trial's training tells while it goes on: passed on to the sweep, and its validations to the study."""

    def __init__(self, work: _Work, one: Run, candidate: Candidate) -> None:
        self.work = work
        self.one = one
        self.candidate = candidate
        self.training = one.spec().training
        self.total = 0
        self.after: frozenset[int] = frozenset()  # the steps by which another validation has been written
        self.hopeless = False

    def __call__(self, step: int, total: int, message: str) -> None:
        if total != self.total:
            self.total = total
            self.after = frozenset(place + 1 for place in milestones(self.training, total))
        if step in self.after:
            self.look()
        if self.hopeless or self.work.run.stop_requested():
            pass_on_stop(self.work.run, self.one)
        self.work.watch(message)

    def look(self) -> bool:
        """Report the validations so far. True when the trial is hopeless."""
        losses = validation_losses(self.one)
        self.hopeless = bool(losses) and self.candidate.report(losses)
        return self.hopeless
