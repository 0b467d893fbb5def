"""All commands, in the order of --help, and the entry that runs one of them."""

import os
import signal
import sys

import typer

from ft_core.cli import data, evaluate, explain, generated, judge, models, plan, runs, studies, versions
from ft_core.errors import FTError
from ft_core.hardware import TORCH_ENVIRONMENT
from ft_core.quiet import quiet_libraries
from ft_core.terminal.answer import refuse

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Fine-Tuning Studio: from a spreadsheet to a measured model.",
    epilog="Begin with: python -m ft_core run examples/ticket_triage/project.yaml",
)

app.command("inspect")(data.inspect_command)
app.command("prepare")(data.prepare)
app.command("augment")(generated.augment)
app.command("questions")(generated.questions)
app.command("review")(generated.review_command)
app.command("datasets")(versions.datasets)
app.command("compare")(versions.compare)
app.command("push-dataset")(versions.push_dataset_command)
app.command("plan")(plan.plan)
app.command("train")(runs.train)
app.command("resume")(runs.resume)
app.command("stop")(runs.stop)
app.command("queue")(runs.queue)
app.command("note")(runs.note)
app.command("duplicate")(runs.duplicate)
app.command("compare-runs")(runs.compare_runs)
app.command("status")(runs.status)
app.command("runs")(runs.runs)
app.command("evaluate")(evaluate.evaluate)
app.command("explain")(explain.explain)
app.command("judge")(judge.judge)
app.command("run")(runs.run)
app.command("sweep")(studies.sweep)
app.command("data-size")(studies.data_size)
app.command("chat")(models.chat)
app.command("serve")(models.serve)
app.command("push")(models.push)


def before_libraries() -> None:
    """What the libraries read as they are imported."""
    os.environ.setdefault("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for name, value in TORCH_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    quiet_libraries()


def main() -> None:
    """The entry of `python -m ft_core`."""
    before_libraries()
    if os.name == "posix" and os.getsid(0) == os.getpid():
        # Alone in its session, so an interrupt is meant for it, also where a page that runs in the background ignores its own.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "--json" not in sys.argv:
        app()
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        why = error.format_message()
        fix = "Read what it takes: python -m ft_core COMMAND --help"
        refuse(FTError("command.invalid", "The command cannot be understood.", why, fix), as_json=True)
