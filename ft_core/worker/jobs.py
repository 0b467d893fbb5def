"""What each job does. Imports of torch happen inside, once the job is known."""

import sys
from importlib import import_module
from typing import Any

from ft_core.jobs import JobName, Progress
from ft_core.loading import loading
from ft_core.run import Run
from ft_core.worker.job import Outcome, Record, perform, stoppable, unless_stopped

_TRAINING, _EVALUATION = "ft_core.train.training", "ft_core.evals.report"
_NEEDS: dict[JobName, str] = {
    "train": _TRAINING,
    "sweep": _TRAINING,
    "data_size": _TRAINING,
    "measure": _TRAINING,
    "evaluate": _EVALUATION,
    "push": "ft_core.hub.push",
    "serve": "ft_core.serve.server",
}


def do(run: Run, name: JobName, arguments: dict[str, Any], token: str | None, record: Record) -> Outcome:
    """Do the job. `arguments`: push {"repo", "private"}, serve {"port"?}; the others take none."""
    _load(_NEEDS[name])
    if name == "train":
        from ft_core.train.training import train

        return train(run, record.progress, token)["status"]
    if name == "evaluate":
        from ft_core.evals.report import evaluate

        return stoppable(lambda: evaluate(run, record.progress, token))
    if name == "sweep":
        from ft_core.worker.sweep import sweep

        return sweep(run, record.progress, token)["status"]
    if name == "data_size":
        from ft_core.worker.data_size import data_size

        return data_size(run, record.progress, token)["status"]
    if name == "measure":
        from ft_core.train.training import measure

        def measured() -> None:
            run.write_fit({"measured": measure(run, unless_stopped(run, record.progress), token)})

        return stoppable(measured)
    if name == "push":
        from ft_core.hub.push import push

        run.write_hub(push(run, arguments["repo"], arguments["private"], token, record.progress))
        return "done"
    from ft_core.serve.server import serve

    serve(run, record.progress, on_ready=record.ready, port=arguments.get("port", 0), token=token)
    return "done"


def load_libraries() -> None:
    """Import what a training and an evaluation need, seconds of work, before it is known which it will be."""
    _load(_TRAINING, _EVALUATION)


def load_training() -> None:
    """Import what a training needs, most of those seconds."""
    _load(_TRAINING)


def _load(*modules: str) -> None:
    """Nothing once torch is there: an earlier job was here, and what it left behind would be taken for what stays."""
    if "torch" not in sys.modules:
        with loading():
            for module in modules:
                import_module(module)


def here(
    run: Run,
    name: JobName,
    arguments: dict[str, Any] | None = None,
    token: str | None = None,
    on_progress: Progress | None = None,
) -> Outcome:
    """Do a job in this process, with the same state on disk as a child of the supervisor leaves. Raises FTError."""
    return perform(run, name, lambda record: do(run, name, arguments or {}, token, record), on_progress)
