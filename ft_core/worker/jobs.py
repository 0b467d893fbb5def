"""What each job does. Imports of torch happen inside, once the job is known."""

from typing import Any

from ft_core.jobs import JobName, Progress
from ft_core.loading import loading
from ft_core.run import Run
from ft_core.worker.job import Outcome, Record, perform, stoppable, unless_stopped


def do(run: Run, name: JobName, arguments: dict[str, Any], token: str | None, record: Record) -> Outcome:
    """Do the job. `arguments`: push {"repo", "private"}, serve {"port"?}; the others take none."""
    if name == "train":
        with loading():
            from ft_core.train.training import train

        return train(run, record.progress, token)["status"]
    if name == "evaluate":
        with loading():
            from ft_core.evals.report import evaluate

        return stoppable(lambda: evaluate(run, record.progress, token))
    if name == "sweep":
        with loading():
            from ft_core.worker.sweep import sweep

        return sweep(run, record.progress, token)["status"]
    if name == "data_size":
        with loading():
            from ft_core.worker.data_size import data_size

        return data_size(run, record.progress, token)["status"]
    if name == "measure":
        with loading():
            from ft_core.train.training import measure

        def measured() -> None:
            run.write_fit({"measured": measure(run, unless_stopped(run, record.progress), token)})

        return stoppable(measured)
    if name == "push":
        with loading():
            from ft_core.hub.push import push

        run.write_hub(push(run, arguments["repo"], arguments["private"], token, record.progress))
        return "done"
    with loading():
        from ft_core.serve.server import serve

    serve(run, record.progress, on_ready=record.ready, port=arguments.get("port", 0), token=token)
    return "done"


def load_libraries() -> None:
    """Import what a training and an evaluation need, seconds of work, before it is known which it will be."""
    load_training()
    with loading():
        import ft_core.evals.report  # noqa: F401


def load_training() -> None:
    """Import what a training needs, most of those seconds."""
    with loading():
        import ft_core.train.training  # noqa: F401


def here(
    run: Run,
    name: JobName,
    arguments: dict[str, Any] | None = None,
    token: str | None = None,
    on_progress: Progress | None = None,
) -> Outcome:
    """Do a job in this process, with the same state on disk as a child of the supervisor leaves. Raises FTError."""
    return perform(run, name, lambda record: do(run, name, arguments or {}, token, record), on_progress)
