"""An evaluation on the command line, and the scores that it must reach."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ft_core.cli.options import HomeOption, JsonOption, RunArgument
from ft_core.cli.runs import in_foreground
from ft_core.errors import FTError
from ft_core.evals import gate
from ft_core.evals.benchmarks.detectable import foretold
from ft_core.settings.evaluation import EvalSpec, changed
from ft_core.terminal.answer import Result, answer
from ft_core.terminal.runs import show_evaluation
from ft_core.workspace import Workspace, home_folder


def evaluate(
    run: RunArgument,
    fail_below: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-below",
            metavar="METRIC=VALUE",
            help="End with exit code 3 when the tuned model's score is worse than that. Can be given several times.",
        ),
    ] = None,
    benchmarks: Annotated[
        str | None,
        typer.Option(
            help="Also ask these, parted by commas: arc_easy, arc_challenge, hellaswag, mmlu, truthfulqa. None: `none`."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--benchmark-limit",
            "--limit",
            help="Questions of each benchmark; 0: all. Else as the project says, or 100.",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--benchmark-folder",
            metavar="DIR",
            help="The folder with the benchmarks' files. Else they come from the Hub.",
        ),
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Base, base with examples in the prompt, and tuned, on the test split; further benchmarks when asked for."""
    failed: list[Result] = []

    def work() -> Result:
        limits = gate.parse(fail_below or ())
        found = Workspace(home_folder(home)).run_or_path(run)
        gate.require_known(limits, [rule.name for rule in found.evaluation_spec().rules])
        if not (benchmarks is limit is folder is None):
            asked = _asked(found.evaluation_spec(), benchmarks, limit, folder)
            if words := foretold(asked.benchmarks, asked.benchmark_limit, folder):
                print(words, file=sys.stderr)
            found.ask_evaluation(asked)
        outcome = in_foreground(found, "evaluate")
        report = found.report() if outcome == "done" else None
        if limits and report is None:
            raise FTError(
                "evaluation.unmeasured",
                "The limits could not be checked.",
                f"The evaluation ended before its end: {outcome}.",
                "Evaluate the run again.",
            )
        failed.extend(gate.failed(limits, report) if report else [])
        result = {
            "run": found.id,
            "status": outcome,
            "metrics": {},
            "verdict": None,
            "page": str(found.report_page),
        } | (report or {})
        return result | ({"failed": failed} if limits else {})

    answer(as_json, work, show_evaluation)
    if failed:
        sys.exit(3)


def _asked(before: EvalSpec, benchmarks: str | None, limit: int | None, folder: Path | None) -> EvalSpec:
    """The settings of an evaluation with what was asked for on the command line. Raises FTError `settings.invalid`."""
    changes: dict[str, Any] = {}
    if benchmarks is not None:
        changes["benchmarks"] = [] if benchmarks == "none" else [name.strip() for name in benchmarks.split(",")]
    if limit is not None:
        changes["benchmark_limit"] = limit or None
    if folder is not None:
        changes["benchmark_folder"] = str(folder.expanduser().resolve())
    try:
        return changed(before, changes)
    except FTError as error:
        fix = "Change what stands after --benchmarks or --benchmark-limit."
        raise FTError(error.code, error.what, error.why, fix) from error
