"""Runs: begun, stopped, resumed, evaluated, looked at."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from huggingface_hub import get_token

from ft_core.cli.options import HomeOption, JsonOption, ProjectArgument, RunArgument
from ft_core.errors import FTError
from ft_core.evals import changes_page
from ft_core.jobs import WORK, JobName, Stop
from ft_core.run import Run
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.progress import shown_progress
from ft_core.terminal.runs import (
    show_duplicate,
    show_main_job,
    show_queue,
    show_runs,
    show_runs_compared,
    show_status,
    show_stop,
    show_training,
)
from ft_core.terminal.studies import show_study_or_training
from ft_core.worker import launch
from ft_core.worker.job import Outcome
from ft_core.worker.jobs import load_training
from ft_core.worker.overview import overview, overviews, waiting
from ft_core.workspace import Workspace, home_folder

FAR = 1_000_000  # places: to the very front


def train(
    path: ProjectArgument,
    profile: Annotated[
        bool, typer.Option("--profile", help="Look at three steps: where their time and memory go, with a trace.")
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """One training in the foreground. With the project.yaml of a run's folder: that run once more, with the same weights."""
    from ft_core.pipeline.again import run_of
    from ft_core.pipeline.beside import beside
    from ft_core.pipeline.data import prepare_source
    from ft_core.pipeline.runs import training_result

    def work() -> Result:
        print("Preparing the data", file=sys.stderr, flush=True)
        # A thread other than the one that trains must not load what looks at it.
        prepare = prepare_source if profile else beside(load_training)
        run = run_of(Workspace(home_folder(home)), path, get_token(), profile, prepare)
        in_foreground(run, "train")
        seen = {"profile": run.profile(), "profile_folder": str(run.profile_folder)} if profile else {}
        return {"run": run.id} | training_result(run) | seen

    answer(as_json, work, show_training)


def resume(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Go on with a training, a sweep or a study of the data's size that was paused, stopped or interrupted, or begin one that waits for it."""
    from ft_core.cli.studies import study_result
    from ft_core.pipeline.runs import training_result

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        job = launch.unfinished(found)
        in_foreground(found, job)
        return {"run": found.id} | training_result(found) if job == "train" else study_result(found, job)

    answer(as_json, work, show_study_or_training)


def stop(
    run: RunArgument,
    pause: Annotated[
        bool, typer.Option("--pause", help="Save a checkpoint now and nothing else; resume later.")
    ] = False,
    discard: Annotated[
        bool,
        typer.Option("--discard", help="Remove what was trained: checkpoints, weights, samples. Cannot be undone."),
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Ask a run to stop and keep the best so far; or to pause; or discard it, also when it is not at work."""

    def work() -> Result:
        if pause and discard:
            raise FTError(
                "command.invalid",
                "A run is either paused or discarded.",
                "Both --pause and --discard were given.",
                "Leave out one of the two.",
            )
        how: Stop = "pause" if pause else "discard" if discard else "keep"
        workspace = Workspace(home_folder(home))
        found = workspace.run_or_path(run)
        jobs: tuple[JobName, ...] = (*WORK, "serve")
        asked: list[JobName] = [
            job for job in jobs if launch.view(workspace, found, job).status in ("running", "stopping", "queued")
        ]
        if discard:
            launch.discard(workspace, found)
        else:
            for job in asked:
                launch.stop(workspace, found, job, how)
        return {"run": found.id, "asked": asked, "how": how, "discarded": found.is_discarded}

    answer(as_json, work, show_stop)


def queue(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="The waiting run to move or cancel.")] = None,
    first: Annotated[bool, typer.Option("--first", help="Next of all that wait.")] = False,
    up: Annotated[bool, typer.Option("--up", help="One place earlier.")] = False,
    down: Annotated[bool, typer.Option("--down", help="One place later.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Out of the queue.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Who waits, in order; or move one run in it, or take it out."""

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        if (run is not None) + first + up + down + cancel not in (0, 2) or (
            run is None and (first or up or down or cancel)
        ):
            raise FTError(
                "command.invalid",
                "It is not clear what to do with the queue.",
                "It takes a run together with exactly one of --first, --up, --down and --cancel, or none of all.",
                "Write for example: python -m ft_core queue RUN --first",
            )
        if run is not None:
            found = workspace.run_or_path(run)
            waiting_jobs: list[JobName] = [
                entry.job
                for entry in launch.entries(workspace.home)
                if entry.taken is None and entry.holds(found, entry.job)
            ]
            job: JobName = waiting_jobs[0] if waiting_jobs else "train"
            if cancel:
                launch.cancel(workspace, found, job)
            else:
                launch.move(workspace.home, found, job, 1 if down else -1 if up else -FAR)
        return {"queue": waiting(workspace)}

    answer(as_json, work, show_queue)


def note(
    run: RunArgument,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="Replaces what was noted before; an empty text removes it.")
    ],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Note down what a run was for, or what it showed."""

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        found.write_notes(text)
        return {"run": found.id, "notes": found.notes()}

    answer(as_json, work, lambda result: print(f"Noted for run {result['run']}."))


def duplicate(
    run: RunArgument,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A training setting to change; may be repeated."),
    ] = None,
    start: Annotated[bool, typer.Option("--start", help="Queue its training at once.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """A new run like another one but for the settings that are given: same dataset version, same base model."""
    from ft_core.pipeline.runs import duplicate as duplicated

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        found = workspace.run_or_path(run)
        chosen = dict(map(_change, changes or []))
        new = duplicated(workspace, found, chosen)
        if start:
            launch.enqueue(workspace, new, "train")
        return {"run": new.id, "from": found.id, "changes": chosen, "started": start}

    answer(as_json, work, show_duplicate)


def _change(text: str) -> tuple[str, Any]:
    """`learning_rate=0.001` -> the name and the value as a project file would have it."""
    name, sign, value = text.partition("=")
    try:
        if sign and name.strip():
            return name.strip(), yaml.safe_load(value)
    except (yaml.YAMLError, ValueError):
        pass
    raise FTError(
        "command.invalid",
        f"`--set {text}` cannot be understood.",
        "It takes a setting's name, =, and its value.",
        "Write for example: --set learning_rate=0.001",
    )


def compare_runs(
    runs: Annotated[list[str], typer.Argument(metavar="RUN RUN...", help="Ids of runs, or paths of their folders.")],
    price: Annotated[
        float | None, typer.Option("--price", min=0, help="What an hour of the hardware costs, in dollars.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Write what got better and worse from the first run to the second there: .html or .md.",
        ),
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Runs side by side: losses, scores, speed, memory, cost, and the settings in which they differ."""
    from ft_core.worker import comparison

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        found = [workspace.run_or_path(run) for run in runs]
        if report:
            changes_page.write(found, report)
        return comparison.compare_runs(found, price)

    answer(as_json, work, show_runs_compared)


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


def run(path: ProjectArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The main job: prepare, train and evaluate. With the project.yaml of a run's folder: that run once more, with the same weights."""
    from ft_core.pipeline.beside import beside
    from ft_core.pipeline.main_job import run_project

    def work() -> Result:
        print("Preparing the data", file=sys.stderr, flush=True)
        return run_project(Workspace(home_folder(home)), path, in_foreground, get_token(), beside(load_training))

    answer(as_json, work, show_main_job)


def in_foreground(run: Run, job: JobName) -> Outcome:
    """Train or evaluate here, with progress shown and Ctrl-C obeyed."""
    from ft_core.worker.jobs import here

    about = f" ({run.spec().task})" if job == "train" else ""
    print(f"Run {run.id}: {job}{about}", file=sys.stderr, flush=True)
    run.forget_stop()
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
