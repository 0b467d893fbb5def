"""What a command says: its one JSON object, or words and tables for a person; and progress while it works.

Progress and errors go to standard error, results to standard output. Texts of the person's data are shown as they are, never as markup.
"""

import contextlib
import json
import shlex
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from rich import box
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Column, Table

from ft_core import amounts
from ft_core.errors import FTError, explain
from ft_core.run import JobName, Progress, Run

Result = dict[str, Any]

LINE_SECONDS = 5.0  # between two lines of progress where there is no terminal
BAR_SECONDS = 1.0  # between two looks into the run's files for the bar
SHOWN_ROWS = 4
COMPARED_ROWS = 5
LONGEST_VALUE = 80  # characters of a setting


# One answer.


def answer(as_json: bool, work: Callable[[], Result | None], words: Callable[[Result], None]) -> None:
    """Do the work with standard output kept clean, then print its result as one JSON object or in words; or its error.

    None as the result: the work has said everything itself.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = work()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the command line's last line
        problem = explain(error)
        if problem.code == "bug":
            traceback.print_exception(error)
        refuse(problem, as_json)
    if result is None:
        return
    if as_json:
        print_json(result)
    else:
        words(result)


def print_json(result: Result) -> None:
    """The one object on standard output."""
    print(json.dumps(result, ensure_ascii=False, allow_nan=False), flush=True)


def refuse(problem: FTError, as_json: bool) -> NoReturn:
    """End the process with a problem told: exit code 1 for a defect of ours, 2 for what the person can fix."""
    if as_json:
        print_json({"error": problem.as_dict()})
    else:
        show_error(problem)
    sys.exit(1 if problem.code == "bug" else 2)


def show_error(problem: FTError) -> None:
    """What, why and fix on standard error; a reason of several lines stays in its column."""
    why = problem.why.replace("\n", "\n       ")
    print(f"{problem.what}\n  Why: {why}\n  Fix: {problem.fix}", file=sys.stderr)


# Progress.


@contextlib.contextmanager
def shown_progress(run: Run, job: JobName) -> Iterator[Progress]:
    """A bar on a terminal, a line every few seconds elsewhere: steps, latest training loss, time left."""
    console = Console(stderr=True, markup=False, highlight=False)
    if not console.is_terminal:
        yield _lines(run, job)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[steps]}"),
        TextColumn("{task.fields[more]}", markup=False),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console, expand=True) as bar:
        task = bar.add_task("starting", total=None, steps="", more="")
        looked = 0.0

        def show(step: int, total: int, message: str) -> None:
            nonlocal looked
            steps = f"{step}/{total}" if total else ""
            bar.update(task, completed=step, total=total or None, description=message, steps=steps)
            if time.monotonic() - looked > BAR_SECONDS:
                bar.update(task, more=", ".join(measured(run, job, step == total)))
                looked = time.monotonic()

        yield show


def _lines(run: Run, job: JobName) -> Progress:
    topic, told = "", 0.0

    def show(step: int, total: int, message: str) -> None:
        nonlocal topic, told
        now = time.monotonic()
        if message.split(",")[0] != topic or now - told > LINE_SECONDS or 0 < step == total:
            topic, told = message.split(",")[0], now
            words = ", ".join([message, *measured(run, job, step == total)])
            print(f"{step}/{total} {words}" if total else words, file=sys.stderr, flush=True)

    return show


def measured(run: Run, job: JobName, ended: bool) -> list[str]:
    """What a run's files say about the job at work: the latest training loss, the time left unless it has ended. Empty at first."""
    found = []
    losses = [row["loss"] for row in run.metrics() if row["kind"] == "train"] if job == "train" else []
    if losses:
        found.append(f"loss {losses[-1]:.3f}")
    state = run.job(job)
    if state is not None and state.seconds_left is not None and not ended:
        found.append(f"{amounts.duration(state.seconds_left)} left")
    return found


# Data.


def show_inspection(found: Result, path: Path) -> None:
    """What a file holds, what is wrong with it, what to do next."""
    kind = f"{found['format']}, {found['encoding']}" if found["encoding"] else found["format"]
    print(f"{path.name} ({kind}): {amounts.count(found['rows'], 'row')}, columns {', '.join(found['columns'])}")
    print(f"Shape: {found['shape']}. {found['why']}")
    if found["labels"]:
        print(f"Labels: {', '.join(found['labels'][:12])}{', ...' if len(found['labels']) > 12 else ''}")
    _show_lengths(found["token_lengths"])
    if found["task"] is None:
        print("Nothing can be learnt from this shape yet.")
        return
    if found["problems"]:
        table = _table("problem", Column("found", justify="right"), "in rows", "what is or should be done")
        for problem in found["problems"]:
            table.add_row(problem["title"], f"{problem['count']:,}", _rows(problem), problem["fix"])
        _print(table)
        _show_reasons(found["problems"])
    else:
        print("No problems were found.")
    if any(problem["code"] == "rare_labels" for problem in found["problems"]):
        print(f"Next: correct the labels with too few examples in {path.name}, then inspect it again.")
    else:
        print(f"Next: python -m ft_core prepare {_quoted(path)}")


def show_dataset(result: Result, source: Path, is_project: bool) -> None:
    """How many rows are left, what was done about each problem, what to do next."""
    splits = result["splits"]
    kept = result["rows"] - result["removed"]
    print(
        f"Dataset {result['dataset']}: {kept:,} of {amounts.count(result['rows'], 'row')} kept: {splits['train']:,} to train on, "
        f"{splits['validation']:,} to validate, {splits['test']:,} to test"
    )
    report = result["report"]
    print(report["why"])
    _show_lengths(report["token_lengths"])
    steps = {(step["code"], step.get("part")): step for step in report["steps"]}  # a mix has those of each part
    if report["problems"]:
        table = _table("problem", Column("found", justify="right"), "in rows", "what was done")
        for problem in report["problems"]:
            done = _done(steps.get((problem["code"], problem.get("part")))) or problem["fix"]
            table.add_row(problem["title"], f"{problem['count']:,}", _rows(problem), done)
        _print(table)
        _show_reasons(report["problems"])
    else:
        print("No problems were found.")
    for step in report["steps"]:
        if step["code"] == "edits":
            print(
                f"{step['title']} by hand: {step['changed']:,} changed, {step['removed']:,} left out, of {step['found']:,}"
            )
    for name, part in report.get("parts", {}).items():
        used = part["used"]
        print(
            f"Part {name} (weight {part['weight']:g}): {used['train']:,} to train on, {used['validation']:,} to validate, "
            f"{used['test']:,} to test; alone it is dataset {part['dataset']}"
        )
    if is_project:
        print(f"Next: python -m ft_core run {_quoted(source)}")
        return
    print(f"Next: write the line `data: {{source: {source.name}}}` into a file project.yaml beside {source.name}, then")
    print(f"      python -m ft_core run {_quoted(source.with_name('project.yaml'))}")


def _show_lengths(lengths: Result | None) -> None:
    if lengths:
        print(
            f"Length: half of the examples have at most {lengths['median']:,} tokens, 95 % at most {lengths['p95']:,}; "
            f"the longest, {_place(lengths)}, has {lengths['max']:,}"
        )


def _place(lengths: Result) -> str:
    row = f"row {lengths['longest_row']}"
    return f"{row} of {lengths['longest_part']}" if lengths.get("longest_part") else row


def _done(step: Result | None) -> str:
    """What a cleaning step did about the rows it found; empty where nothing was done, and the problem itself says what can be."""
    if step is None:
        return ""
    if step["removed"]:
        return f"{amounts.count(step['removed'], 'row')} left out"
    return f"{amounts.count(step['changed'], 'row')} mended" if step["changed"] else ""


def _show_reasons(problems: list[Result]) -> None:
    """What no table holds: the labels and numbers behind the problems that cleaning cannot mend."""
    for problem in problems:
        if problem["code"] in ("rare_labels", "small_data"):
            print(f"{problem['title']}: {problem['why']}")


def _rows(problem: Result) -> str:
    if not problem["rows"]:
        return "whole file"
    shown = ", ".join(map(str, problem["rows"][:SHOWN_ROWS]))
    return f"{shown}, ..." if problem["count"] > SHOWN_ROWS else shown


def show_datasets(result: Result) -> None:
    """One line a version."""
    if not result["datasets"]:
        print("No datasets yet. Prepare one: python -m ft_core prepare examples/ticket_triage/project.yaml")
        return
    figures = (Column(name, justify="right", no_wrap=True) for name in ("train", "valid.", "test"))
    table = _table(
        Column("dataset", no_wrap=True),
        "source",
        Column("task", no_wrap=True),
        *figures,
        Column("created (UTC)", no_wrap=True),
    )
    for row in result["datasets"]:
        counts = [f"{row['splits'].get(split, 0):,}" for split in ("train", "validation", "test")]
        created = row["created"][:16].replace("T", " ")
        table.add_row(row["id"], str(row["source"]), row["task"], *counts, created)
    _print(table)


def show_comparison(result: Result) -> None:
    """What differs between two versions, the numbers first."""
    names = [Column(result[name], justify="right", no_wrap=True) for name in ("first", "second")]
    table = _table("", *names)
    for split, counts in result["counts"].items():
        table.add_row(f"{split} examples", *(f"{count:,}" for count in counts))
    for label, counts in result["labels"].items():
        if counts[0] != counts[1]:
            table.add_row(f"label {label}", *(f"{count:,}" for count in counts))
    for problem in result["problems"]:
        table.add_row(problem["title"], f"{problem['first']:,}", f"{problem['second']:,}")
    _print(table)
    for setting in result["settings"]:
        print(
            f"Setting {setting['name']}: {_value(setting['first'])} in the first, {_value(setting['second'])} in the second"
        )
    by = "their row in the source" if result["matched_by"] == "row" else "their text, because the sources differ"
    print(
        f"Rows, matched by {by}: {result['same']:,} the same, {result['changed']:,} changed, {result['only_first']:,} only in the first, "
        f"{result['only_second']:,} only in the second"
    )
    for way, count in result["moved"].items():
        print(f"Moved from {way}: {amounts.count(count, 'row')}")
    for title, kind in (("Only in the first", "only_first"), ("Only in the second", "only_second")):
        _show_rows(
            title, [[_at(row), row["prompt"], row["answer"]] for row in result["rows"][kind]], ("prompt", "answer")
        )
    changed = [
        [_at(pair["first"]), _texts(pair["first"]), _texts(pair["second"])] for pair in result["rows"]["changed"]
    ]
    _show_rows("Changed", changed, ("first", "second"))


def _show_rows(title: str, rows: list[list[str]], columns: tuple[str, str]) -> None:
    if rows:
        print(f"{title}{f' (the first {COMPARED_ROWS})' if len(rows) > COMPARED_ROWS else ''}:")
        table = _table("row", *columns)
        for row in rows[:COMPARED_ROWS]:
            table.add_row(*row)
        _print(table)


def _at(row: Result) -> str:
    return f"{row['part']}: {row['row']}" if row["part"] else str(row["row"])


def _texts(row: Result) -> str:
    return f"{row['prompt']} → {row['answer']}"


def _value(value: Any) -> str:
    """A setting as the project file has it, in short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


# Runs.


def show_training(result: Result) -> None:
    """How a training ended, and what to do next."""
    _show_end(result)
    if result["status"] == "stopped":
        print(f"Go on with: python -m ft_core resume {result['run']}")
    else:
        print(f"Next: python -m ft_core evaluate {result['run']}")


def show_main_job(result: Result) -> None:
    """The training and, unless it was stopped, the evaluation after it."""
    training = {"run": result["run"]} | result["training"]
    if training["status"] == "stopped":
        show_training(training)
        return
    _show_end(training)
    show_evaluation({"run": result["run"], "verdict": None} | (result["evaluation"] or {}))


def _show_end(result: Result) -> None:
    losses = [("training", result["train_loss"]), ("validation", result["validation_loss"])]
    said = ", ".join(f"{name} loss {loss:.3f}" for name, loss in losses if loss is not None)
    print(f"Run {result['run']}: {result['status']} after {result['steps']} of {result['total_steps']} steps, {said}")
    if result["cut_off_rows"]:
        print(
            f"{amounts.count(result['cut_off_rows'], 'training example')} lost the end of the answer: raise training.max_length"
        )


def show_evaluation(result: Result) -> None:
    """The scores side by side, and the verdict in one sentence."""
    if result["verdict"] is None:
        print("The evaluation was stopped before there was a result.")
        print(f"Begin it again with: python -m ft_core evaluate {result['run']}")
        return
    numbers = ("base", "with\nexamples", "tuned", "difference", "95 % interval")
    table = _table("metric", *(Column(name, justify="right", no_wrap=True) for name in numbers))
    for metric in result["metrics"].values():
        title = metric["title"] + (" (lower is better)" if metric["better"] == "lower" else "")
        values = [amounts.score(metric[key]) for key in ("base", "few_shot", "tuned")]
        change, low, high = (amounts.score(metric[key], "+") for key in ("difference", "low", "high"))
        table.add_row(title, *values, change, "–" if metric["low"] is None else f"{low} to {high}")
    _print(table)
    print(result["verdict"]["sentence"])


def show_status(result: Result) -> None:
    """Where one run stands."""
    print(f"{result['run']}  {result['name']}, from {result['base']}, in {result['folder']}")
    for job, state in result["jobs"].items():
        steps = [f"step {state['step']} of {state['total']}"] if state["total"] else []
        at_work = [state["message"]] if state["status"] in ("running", "queued") and state["message"] else []
        left = [f"{amounts.duration(state['seconds_left'])} left"] if state["seconds_left"] is not None else []
        print(f"- {job}: {', '.join([state['status'], *steps, *at_work, *left])}")
    if result["verdict"]:
        print(result["verdict"]["sentence"])
    if result["hub"]:
        print(f"On the Hub: {result['hub']['url']}")
    if result["error"]:
        print(f"{result['error']['what']}\n  Why: {result['error']['why']}\n  Fix: {result['error']['fix']}")


def show_runs(result: Result) -> None:
    """One line a run."""
    if not result["runs"]:
        print("No runs yet. Start one: python -m ft_core run examples/ticket_triage/project.yaml")
        return
    run, training, evaluation = (Column(name, no_wrap=True) for name in ("run", "training", "evaluation"))
    table = _table(run, "name", Column("base", no_wrap=True, max_width=16), training, evaluation)
    for row in result["runs"]:
        states = [row["jobs"].get(job, {}).get("status", "-") for job in ("train", "evaluate")]
        verdict = row["verdict"]["result"] if row["verdict"] else states[1]
        table.add_row(row["run"], row["name"] or "cannot be read", row["base"] or "-", states[0], verdict)
    _print(table)


# Small pieces.


def _table(*columns: str | Column) -> Table:
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)


def _print(table: Table) -> None:
    Console(markup=False, highlight=False, emoji=False).print(table)


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
