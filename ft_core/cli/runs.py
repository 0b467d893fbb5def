"""Runs: begun, stopped, resumed, evaluated, looked at."""

import contextlib
import signal
import sys
from collections.abc import Iterator

from huggingface_hub import get_token

from ft_core.cli.options import HomeOption, JsonOption, ProjectArgument, RunArgument
from ft_core.run import JobName, Run
from ft_core.settings import project
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.progress import shown_progress
from ft_core.terminal.runs import show_evaluation, show_main_job, show_runs, show_status, show_training
from ft_core.terminal.studies import show_study_or_training
from ft_core.worker.job import Outcome
from ft_core.worker.overview import overview, overviews
from ft_core.workspace import Workspace, home_folder


def train(path: ProjectArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """One training in the foreground."""
    from ft_core.pipeline import create_run, prepare_source

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        spec = project.load(path)
        run = create_run(workspace, spec, prepare_source(workspace, spec, path.parent, token=get_token()))
        in_foreground(run, "train")
        return training_result(run)

    answer(as_json, work, show_training)


def resume(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Go on with a training, a sweep or a study of the data's size that was stopped or interrupted."""
    from ft_core.cli import studies

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        if job := studies.study_of(found):
            return studies.resume_study(found, job)
        found.require_unfinished()
        in_foreground(found, "train")
        return training_result(found)

    answer(as_json, work, show_study_or_training)


def training_result(run: Run) -> Result:
    return {"run": run.id} | (run.training() or {})


def stop(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Ask a run to stop and keep its work."""
    from ft_core.worker import launch

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        found = workspace.run_or_path(run)
        jobs: tuple[JobName, ...] = ("train", "evaluate", "serve", "sweep", "data_size")
        asked: list[JobName] = [
            job for job in jobs if launch.view(workspace, found, job).status in ("running", "queued")
        ]
        for job in asked:
            launch.stop(workspace, found, job)
        return {"run": found.id, "asked": asked}

    answer(as_json, work, lambda result: print(f"Asked to stop: {', '.join(result['asked']) or 'nothing was at work'}"))


def status(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Where a run stands."""

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        return overview(workspace, workspace.run_or_path(run))

    answer(as_json, work, show_status)


def runs(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """All runs, newest first."""

    def work() -> Result:
        return {"runs": overviews(Workspace(home_folder(home)))}

    answer(as_json, work, show_runs)


def evaluate(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Base, base with examples in the prompt, and tuned, on the test split."""

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        outcome = in_foreground(found, "evaluate")
        report = found.report() if outcome == "done" else None
        return {"run": found.id, "status": outcome, "metrics": {}, "verdict": None} | (report or {})

    answer(as_json, work, show_evaluation)


def run(path: ProjectArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The main job: prepare, train and evaluate."""
    from ft_core.pipeline import run_project

    answer(
        as_json,
        lambda: run_project(Workspace(home_folder(home)), path, in_foreground, get_token()),
        show_main_job,
    )


def in_foreground(run: Run, job: JobName) -> Outcome:
    """Train or evaluate here, with progress shown and Ctrl-C obeyed."""
    from ft_core.worker.jobs import here

    print(f"Run {run.id}: {job}", file=sys.stderr, flush=True)
    state = run.job(job)
    if state is None or state.status != "running":  # another process that is at it keeps its request to stop
        run.clear_stop()
    with shown_progress(run, job) as progress, stop_on_interrupt(run):
        return here(run, job, {}, get_token(), progress)


@contextlib.contextmanager
def stop_on_interrupt(run: Run) -> Iterator[None]:
    """The first Ctrl-C asks the run to stop and keep its work, the second ends it at once."""

    def ask(_signal: int, _frame: object) -> None:
        print("Stopping at the next step; the work is kept. Ctrl-C again ends at once.", file=sys.stderr)
        run.request_stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
