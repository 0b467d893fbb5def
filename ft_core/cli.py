"""The command line: the same functions the tabs call.

Exit codes: 0 done, 2 something the person can fix, 1 a defect of ours. With --json exactly one JSON object goes to standard output and
everything else to standard error.
"""

import contextlib
import getpass
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from huggingface_hub import get_token
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Column, Table

from ft_core.errors import FTError, explain
from ft_core.run import JobName, Progress, Run
from ft_core.worker.job import Outcome
from ft_core.workspace import Workspace, home_folder

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Fine-Tuning Studio: from a spreadsheet to a measured model.",
)

HomeOption = Annotated[
    str | None, typer.Option("--home", help="The workspace. Also FT_HOME; else ~/.fine-tuning-studio.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or the path of its folder.")]
ProjectArgument = Annotated[Path, typer.Argument(metavar="PROJECT.yaml", help="A project file.")]

Result = dict[str, Any]


def main() -> None:
    """The entry of `python -m ft_core`."""
    os.environ.setdefault("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    app()


def answer(as_json: bool, work: Callable[[], Result], words: Callable[[Result], None]) -> None:
    """Do the work with standard output kept clean, then print its result as one JSON object or in words; or its error."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = work()
    except Exception as error:  # noqa: BLE001 - the command line's last line
        _refuse(as_json, error)
    if as_json:
        print(json.dumps(result, ensure_ascii=False, allow_nan=False))
    elif result.get("status") == "stopped" and "steps" not in result:
        print(f"Run {result['run']}: stopped before there was a result. The same command begins it again.")
    else:
        words(result)


def _refuse(as_json: bool, error: Exception) -> None:
    problem = explain(error)
    if problem.code == "bug":
        traceback.print_exception(error)
    if as_json:
        print(json.dumps({"error": problem.as_dict()}, ensure_ascii=False))
    else:
        typer.echo(f"{problem.what}\n  Why: {problem.why}\n  Fix: {problem.fix}", err=True)
    raise typer.Exit(1 if problem.code == "bug" else 2)


@contextlib.contextmanager
def shown_progress() -> Iterator[Progress]:
    """A bar on a terminal, a line every few seconds elsewhere; always on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _progress_lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda step, total, message: bar.update(task, completed=step, total=total, description=message)


def _progress_lines() -> Progress:
    last = ("", 0.0)

    def show(step: int, total: int, message: str) -> None:
        nonlocal last
        now = time.monotonic()
        if message.split(",")[0] != last[0] or now - last[1] > 5 or step == total:
            last = (message.split(",")[0], now)
            print(f"{step}/{total} {message}", file=sys.stderr, flush=True)

    return show


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


def in_foreground(run: Run, job: JobName) -> Outcome:
    """Train or evaluate here, with progress shown and Ctrl-C obeyed."""
    from ft_core.worker.jobs import here

    print(f"Run {run.id}: {job}", file=sys.stderr, flush=True)
    run.clear_stop()
    with shown_progress() as progress, stop_on_interrupt(run):
        return here(run, job, {}, get_token(), progress)


@app.command("inspect")
def inspect_command(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A CSV, TSV, JSON, JSONL or Parquet file.")],
    as_json: JsonOption = False,
) -> None:
    """What a file holds: format, columns, rows, problems, token lengths."""
    from ft_core.data.inspect import inspect
    from ft_core.pipeline import base_tokenizer

    def words(found: Result) -> None:
        print(
            f"{data.name}: {found['format']}, {found['rows']} rows, columns {', '.join(found['columns'])}. Shape: {found['shape']}. {found['why']}"
        )
        for problem in found["problems"]:
            print(
                f"- {problem['title']}: {problem['count']} (rows {', '.join(map(str, problem['rows'][:8]))}). {problem['fix']}"
            )

    answer(as_json, lambda: inspect(data, tokenizer=base_tokenizer("starter")), words)


@app.command()
def prepare(
    source: Annotated[Path, typer.Argument(metavar="PROJECT.yaml | DATA", help="A project file or a data file.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Clean, split and store a dataset version."""
    from ft_core.pipeline import prepare_source

    def work() -> Result:
        dataset = prepare_source(Workspace(home_folder(home)), project_or_data(source), source.parent)
        removed = dataset.report["rows"] - dataset.report["kept"]
        return {
            "dataset": dataset.id,
            "rows": dataset.report["rows"],
            "removed": removed,
            "splits": dataset.counts,
            "report": dataset.report,
        }

    answer(
        as_json,
        work,
        lambda result: print(
            f"Dataset {result['dataset']}: {result['rows']} rows, {result['removed']} removed, splits {result['splits']}"
        ),
    )


def project_or_data(source: Path) -> Any:
    """The project in a YAML file, or one of defaults around a data file."""
    from ft_core.settings import project

    if source.suffix in (".yaml", ".yml"):
        return project.load(source)
    return project.parse({"data": {"source": source.name}}, source.name)


@app.command()
def train(path: ProjectArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """One training in the foreground."""
    from ft_core.pipeline import create_run, prepare_source
    from ft_core.settings import project

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        spec = project.load(path)
        run = create_run(workspace, spec, prepare_source(workspace, spec, path.parent))
        in_foreground(run, "train")
        return training_result(run)

    answer(as_json, work, print_training)


@app.command()
def resume(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Go on with a training that was stopped or interrupted."""

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        state = found.job("train")
        if state is not None and state.status == "done":
            raise FTError(
                "run.done",
                f"Run {found.id} is trained already.",
                f"All {state.total} steps are done.",
                f"Evaluate it: python -m ft_core evaluate {found.id}",
            )
        in_foreground(found, "train")
        return training_result(found)

    answer(as_json, work, print_training)


def training_result(run: Run) -> Result:
    return {"run": run.id} | (run.training() or {})


def print_training(result: Result) -> None:
    losses = [("training", result["train_loss"]), ("validation", result["validation_loss"])]
    measured = ", ".join(f"{name} loss {loss:.3f}" for name, loss in losses if loss is not None)
    print(
        f"Run {result['run']}: {result['status']} after {result['steps']} of {result['total_steps']} steps, {measured}"
    )
    if result["status"] == "stopped":
        print(f"Go on with: python -m ft_core resume {result['run']}")


@app.command()
def stop(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Ask a run to stop and keep its work."""
    from ft_core.worker import launch

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        found = workspace.run_or_path(run)
        jobs: tuple[JobName, ...] = ("train", "evaluate", "serve")
        asked = [job for job in jobs if launch.view(workspace, found, job).status in ("running", "queued")]
        for job in asked:
            launch.stop(workspace, found, job)
        return {"run": found.id, "asked": asked}

    answer(as_json, work, lambda result: print(f"Asked to stop: {', '.join(result['asked']) or 'nothing was at work'}"))


@app.command()
def status(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Where a run stands."""
    answer(as_json, lambda: described(Workspace(home_folder(home)), run), print_status)


def described(workspace: Workspace, name: str) -> Result:
    """One run as values: its jobs, results and error."""
    from ft_core.worker import launch

    run = workspace.run_or_path(name)
    spec = run.spec()
    jobs = {}
    for job in get_args(JobName):
        view = launch.view(workspace, run, job)
        if view.status != "none":
            jobs[job] = {
                "status": view.status,
                "step": view.step,
                "total": view.total,
                "message": view.message,
                "seconds_left": view.seconds_left,
            }
    report = run.report()
    error = next((found for job in get_args(JobName) if (found := run.error(job))), None)
    return {
        "run": run.id,
        "name": spec.name,
        "base": spec.model.base,
        "folder": str(run.folder),
        "jobs": jobs,
        "training": run.training(),
        "verdict": report["verdict"] if report else None,
        "hub": run.hub(),
        "error": error.as_dict() if error else None,
    }


def print_status(result: Result) -> None:
    print(f"{result['run']}  {result['name']}, from {result['base']}, in {result['folder']}")
    for job, state in result["jobs"].items():
        print(f"- {job}: {state['status']}, step {state['step']} of {state['total']}")
    if result["verdict"]:
        print(result["verdict"]["sentence"])
    if result["error"]:
        print(f"{result['error']['what']} {result['error']['why']} {result['error']['fix']}")


@app.command()
def runs(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """All runs, newest first."""

    def work() -> Result:
        workspace = Workspace(home_folder(home))
        return {"runs": [described(workspace, run.id) for run in workspace.runs()]}

    def words(result: Result) -> None:
        table = Table(Column("run", no_wrap=True), "name", "base", "training", "evaluation", "verdict")
        for row in result["runs"]:
            states = [row["jobs"].get(job, {}).get("status", "-") for job in ("train", "evaluate")]
            table.add_row(
                row["run"], row["name"], row["base"], *states, row["verdict"]["result"] if row["verdict"] else "-"
            )
        Console().print(
            table
            if result["runs"]
            else "No runs yet. Start one: python -m ft_core run examples/ticket_triage/project.yaml"
        )

    answer(as_json, work, words)


@app.command()
def evaluate(run: RunArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Base, base with examples in the prompt, and tuned, on the test split."""

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        stopped = in_foreground(found, "evaluate") == "stopped"
        return {"run": found.id} | ({"status": "stopped"} if stopped else found.report() or {})

    answer(as_json, work, print_evaluation)


def print_evaluation(result: Result) -> None:
    table = Table("metric", "base", "with examples", "tuned", "difference", "95 % interval")
    for metric in result["metrics"].values():
        values = [
            "-" if metric[key] is None else f"{metric[key]:.3f}" for key in ("base", "few_shot", "tuned", "difference")
        ]
        interval = "-" if metric["low"] is None else f"{metric['low']:+.3f} to {metric['high']:+.3f}"
        table.add_row(metric["title"], *values, interval)
    Console().print(table)
    print(result["verdict"]["sentence"])


@app.command()
def run(path: ProjectArgument, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The main job: prepare, train and evaluate."""
    from ft_core.pipeline import run_project

    def words(result: Result) -> None:
        print_training({"run": result["run"]} | result["training"])
        if result["evaluation"]:
            print_evaluation(result["evaluation"])

    answer(as_json, lambda: run_project(Workspace(home_folder(home)), path, in_foreground), words)


@app.command()
def chat(
    run: RunArgument,
    prompt: Annotated[str | None, typer.Option("--prompt", help="Ask this one question and end.")] = None,
    base: Annotated[bool, typer.Option("--base", help="Talk to the base model instead of the tuned one.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Talk to a run's model: one question with --prompt, else a conversation. An empty line ends it."""
    from ft_core.serve.chat import reply, talk

    found = Workspace(home_folder(home))
    which = "base" if base else "tuned"
    if prompt is None:
        out = sys.stdout
        answer(False, lambda: talk(found.run_or_path(run), which, sys.stdin, out, get_token()), lambda _result: None)
        return
    answer(
        as_json,
        lambda: reply(found.run_or_path(run), which, prompt, get_token()),
        lambda result: print(result["answer"]),
    )


@app.command()
def serve(
    run: RunArgument,
    port: Annotated[int, typer.Option("--port", help="A port of this machine; 0: any free one.")] = 8000,
    home: HomeOption = None,
) -> None:
    """An OpenAI-compatible server on this machine alone (127.0.0.1)."""
    from ft_core.worker.jobs import here

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        with shown_progress() as progress:
            here(found, "serve", {"port": port}, get_token(), progress)
        return {}

    answer(False, work, lambda _result: print("The server has ended."))


@app.command()
def push(
    run: RunArgument,
    repo: Annotated[str, typer.Option("--repo", help="owner/name on the Hub.")],
    public: Annotated[bool, typer.Option("--public", help="Everybody can see it. Left out: private.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """To the Hub, with its model card. The token: HF_TOKEN, else the one of `hf auth login`, else you are asked."""
    from ft_core.worker.jobs import here

    def work() -> Result:
        found = Workspace(home_folder(home)).run_or_path(run)
        with shown_progress() as progress:
            here(found, "push", {"repo": repo, "private": not public}, own_token(), progress)
        return found.hub() or {}

    answer(as_json, work, lambda result: print(result["url"]))


def own_token() -> str | None:
    """The person's own token, asked for on a terminal when there is none."""
    return get_token() or (getpass.getpass("Access token (hf.co/settings/tokens): ") if sys.stdin.isatty() else None)
