"""The job that asks how much data is needed: the same training on growing parts of the training split, each a run of its own."""

import math
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.evals.compare import wilson
from ft_core.fit import training_rows
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.data_size import DataSizeSpec
from ft_core.settings.project import ProjectSpec
from ft_core.train.learning_curve import forecast
from ft_core.worker.children import (
    child,
    pass_on_stop,
    release_memory,
    require_validation,
    seconds_trained,
    stopped_as,
    train_child,
    validation_losses,
)

FEWEST_TEST = 2  # test examples that an evaluation needs


def data_size(run: Run, progress: Progress, token: str | None = None) -> dict[str, Any]:
    """Train on each share of the training split, score each on the same test examples, and forecast what twice the data would buy.

    Returns and writes {"version", "status": "running" | "done" | "stopped" | "paused" | "failed", "points": [{"share", "examples", "run",
    "validation_loss", "score", "low", "high", "seconds"}], "headline": metric | null, "title", "better": "higher" | "lower" | null,
    "forecast": {"told", "examples", "loss", "gain", "low", "high", "curve", "sentence"}, "sentence"}. Losses are in nats per token, the
    lowest of a training. `low` to `high` of a point is the 95 % interval of its score; of a loss, that of its difference to the base model.
    All train for the same number of epochs, so more examples also mean more steps.
    What an earlier attempt has done is not done again. `token` is for gated Hub models.

    Raises FTError `data_size.none`, `data_size.no_validation`, `data_size.same`, and what a training or an evaluation raises.
    """
    spec = run.spec()
    plan, dataset = _require(run, spec)
    work = _Work(run, spec, plan, dataset.counts, progress, token)
    try:
        for number in range(len(plan.shares)):
            if run.stop_requested() or not work.point(number):
                return work.write(stopped_as(run))
            work.write("running")
    except (FTError, KeyboardInterrupt) as error:
        with suppress(OSError):
            work.write("failed" if isinstance(error, FTError) else "stopped")
        raise
    return work.write("done")


def _require(run: Run, spec: ProjectSpec) -> tuple[DataSizeSpec, Dataset]:
    if spec.data_size is None:
        raise FTError(
            "data_size.none",
            "It is not said which parts of the data to try.",
            "The project has no `data_size`.",
            "Add `data_size: {}` to the project file.",
        )
    dataset = Dataset.open(run.folder / run.data()["folder"])
    require_validation(dataset.counts, "data_size")
    sizes = [_examples(dataset.counts, share) for share in spec.data_size.shares]
    if len(set(sizes)) < len(sizes):
        raise FTError(
            "data_size.same",
            "Two of the parts are the same.",
            f"Of {dataset.counts['train']} training examples the shares are {', '.join(map(str, sizes))}.",
            "Choose shares that are further apart, or bring more rows.",
        )
    return spec.data_size, dataset


def _examples(counts: dict[str, int], share: float) -> int:
    return training_rows(share, counts["train"])


class _Work:
    """One attempt at a study of the data's size."""

    def __init__(
        self,
        run: Run,
        spec: ProjectSpec,
        plan: DataSizeSpec,
        counts: dict[str, int],
        progress: Progress,
        token: str | None,
    ) -> None:
        self.run = run
        self.spec = spec
        self.plan = plan
        self.counts = counts
        self.progress = progress
        self.token = token
        limit = min(plan.limit, spec.evaluation.limit or plan.limit)
        # What else an evaluation measures says nothing about the size of the data, and costs most of its time.
        self.evaluation = spec.evaluation.model_copy(
            update={"limit": limit, "few_shot": 0, "forgetting": False, "benchmarks": ()}
        )
        self.scored = plan.score and counts.get("test", 0) >= FEWEST_TEST
        self.points: list[dict[str, Any]] = []
        self.metric: dict[str, Any] = {"headline": None, "title": None, "better": None}

    def point(self, number: int) -> bool:
        """Train and score one share. False: asked to stop."""
        from ft_core.worker.jobs import here

        share = self.plan.shares[number]
        one = child(self.run, number + 1, {"training_share": share}, self.evaluation)

        def watch(step: int, total: int, message: str) -> None:
            if self.run.stop_requested():
                pass_on_stop(self.run, one)
            words = f"shares of the data, {number + 1} of {len(self.plan.shares)} ({share:.1%}): {message}"
            self.progress(number, len(self.plan.shares), words)

        if not _ended(one, "train") and train_child(self.run, one, watch, self.token) != "done":
            return False
        if self.scored and not _ended(one, "evaluate"):
            one.clear_stop()
            outcome = here(one, "evaluate", {}, self.token, watch)
            release_memory()
            if outcome != "done":
                return False
        self.points.append(self._row(one, share))
        return True

    def _row(self, one: Run, share: float) -> dict[str, Any]:
        report = one.report() if self.scored else None
        row: dict[str, Any] = {
            "share": share,
            "examples": _examples(self.counts, share),
            "run": one.id,
            "validation_loss": min(filter(math.isfinite, validation_losses(one)), default=None),
            "score": None,
            "low": None,
            "high": None,
            "seconds": seconds_trained(one),
        }
        if report is not None:
            metric = report["metrics"][report["headline"]]
            self.metric = {"headline": report["headline"], "title": metric["title"], "better": metric["better"]}
            row["score"] = metric["tuned"]
            row["low"], row["high"] = _interval(report["headline"], metric, report["n"])
        return row

    def write(self, status: str) -> dict[str, Any]:
        """The result so far."""
        known = [point for point in self.points if point["validation_loss"] is not None]
        told = forecast([point["examples"] for point in known], [point["validation_loss"] for point in known])
        result = {"version": 1, "status": status, "points": self.points, **self.metric}
        result |= {"forecast": asdict(told), "sentence": told.sentence}
        self.run.write_data_size(result)
        return result


def _ended(one: Run, job: Any) -> bool:
    state = one.job(job)
    return state is not None and state.status == "done"


def _interval(headline: str, metric: dict[str, Any], count: int) -> tuple[float | None, float | None]:
    """95 %: of a share by Wilson; of a loss, that of its difference to the base model, put at the loss."""
    if headline in ("accuracy", "preferred"):
        return wilson(round(metric["tuned"] * count), count)
    if metric["low"] is None:
        return None, None
    return metric["base"] + metric["low"], metric["base"] + metric["high"]
