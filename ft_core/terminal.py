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
from typing import Any, Literal, NoReturn, TextIO

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Column, Table

from ft_core import amounts
from ft_core.data.tell import Tell
from ft_core.errors import FTError, explain
from ft_core.run import JobName, Progress, Run

Result = dict[str, Any]

LINE_SECONDS = 5.0  # between two lines of progress where there is no terminal
BAR_SECONDS = 1.0  # between two looks into the run's files for the bar
SHOWN_ROWS = 4
COMPARED_ROWS = 5
LONGEST_VALUE = 80  # characters of a setting
_DECISIONS: dict[str, Literal["accepted", "rejected", "pending"]] = {"y": "accepted", "n": "rejected", "u": "pending"}
SHOWN_NOTES = 6


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


@contextlib.contextmanager
def told() -> Iterator[Tell]:
    """What long work is doing: one changing line with a clock on a terminal, a line each elsewhere."""
    console = Console(stderr=True, markup=False, highlight=False)
    if not console.is_terminal:
        yield lambda words: print(words, file=sys.stderr, flush=True)
        return
    with Bar(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda words: bar.update(task, description=words)


# Data.


def show_inspection(found: Result, source: Path, more: list[str] | None = None) -> None:
    """What the data holds, what is wrong with it, what to do next. `more` are the sources after the first."""
    name = _called(source) + (f" and {len(more)} more" if more else "")
    kind = f"{found['format']}, {found['encoding']}" if found["encoding"] else found["format"]
    print(f"{name} ({kind}): {amounts.count(found['rows'], 'row')}, columns {', '.join(found['columns'])}")
    for note in found["notes"][:SHOWN_NOTES]:
        print(note)
    print(f"Shape: {found['shape']}. {found['why']}")
    if found["labels"]:
        print(f"Labels: {', '.join(found['labels'][:12])}{', ...' if len(found['labels']) > 12 else ''}")
    _show_lengths(found["token_lengths"])
    _show_verdict(found["quality"])
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
        print(f"Next: correct the labels with too few examples in {name}, then inspect it again.")
    elif more:
        print(
            f"Next: write the line `data: {{source: [{', '.join([str(source), *more])}]}}` into a file project.yaml, then"
        )
        print("      python -m ft_core prepare project.yaml")
    else:
        print(f"Next: python -m ft_core prepare {_quoted(source)}")


def _called(source: Path) -> str:
    """A file or folder by its name, a dataset on the Hub by its id."""
    return source.name if source.suffix or source.exists() else str(source)


def show_dataset(result: Result, source: Path, is_project: bool) -> None:
    """How many rows are left, what was done about each problem, what to do next."""
    splits = result["splits"]
    kept = result["rows"] - result["removed"]
    print(
        f"Dataset {result['dataset']}: {kept:,} of {amounts.count(result['rows'], 'row')} kept: {splits['train']:,} to train on, "
        f"{splits['validation']:,} to validate, {splits['test']:,} to test"
    )
    report = result["report"]
    for note in report.get("notes", [])[:SHOWN_NOTES]:  # datasets of earlier versions have none
        print(note)
    print(report["why"])
    _show_joined(report.get("generated"))
    _show_lengths(report["token_lengths"])
    _show_verdict(report.get("quality"))
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
    name = _called(source)
    on_hub = name != source.name
    print(
        f"Next: write the line `data: {{source: {name}}}` into a file project.yaml{'' if on_hub else f' beside {name}'}, then"
    )
    print(
        f"      python -m ft_core run {_quoted(Path('project.yaml') if on_hub else source.with_name('project.yaml'))}"
    )


# Generated rows.


def tell_lines() -> Callable[[str], None]:
    """Says what is at work, a line every few seconds."""
    told = 0.0

    def tell(words: str) -> None:
        nonlocal told
        if time.monotonic() - told > LINE_SECONDS:
            told = time.monotonic()
            print(words, file=sys.stderr, flush=True)

    return tell


def show_generated(result: Result, source: Path | None) -> None:
    """How many rows were made, what the checks refused, and how to accept them. `source` is the project they are for."""
    print(f"{amounts.count(result['made'], 'new row')} of {result['tried']:,} tried, added to {result['file']}")
    if result["refused"]:
        table = _table("refused by a check because it", Column("texts", justify="right"))
        for reason, count in sorted(result["refused"].items(), key=lambda item: -item[1]):
            table.add_row(reason, f"{count:,}")
        _print(table)
    if result["stopped"]:
        stopped = result["stopped"]
        print(f"It ended early. {stopped['what']}\n  Why: {stopped['why']}\n  Fix: {stopped['fix']}")
    if result["made"]:
        print(f"Next: python -m ft_core review {_quoted(Path(result['file']))}")
    if result["made"] and source:
        print(f"Then: write `generated: {Path(result['file']).name}` below `data:` in {source.name}, and run it again.")


def keys(source: TextIO) -> Iterator[str]:
    """The keys that are pressed on a terminal; the letters of the input where it is none."""
    while source.isatty():
        yield typer.getchar()
    for line in source:
        yield from line.strip()


def review(path: Path, pressed: Iterator[str]) -> None:
    """Show each row that is not decided and write down what the keys say at once: y accepts, n rejects, u takes back, q ends.

    Raises what `ft_core.data.augment.review` raises.
    """
    from ft_core.data.augment import review

    rows = review.load(path)
    waiting = [place for place, row in enumerate(rows) if row.status == "pending"]
    at = 0
    print("y: accept   n: reject   u: take the last one back   q: end. Every key is kept at once.")
    while at < len(waiting):
        row = rows[waiting[at]]
        print(f"\n{at + 1} of {len(waiting)}  {row.how}{f' by {row.writer}' if row.writer else ''}", end="")
        print(f", from row {' and '.join(map(str, row.rows))}" if row.rows else ", from a document")
        print(f"  source  {_inert(row.source)}")
        new = row.example(None).question
        print(f"  new     {_inert(new if row.rows else new.removeprefix(row.source).strip())}")
        print(f"  answer  {_inert(row.messages[-1].content)}", flush=True)
        key = next((key.lower() for key in pressed if key.lower() in ("y", "n", "u", "q")), "q")
        if key == "q":
            return
        if key == "u":
            at = max(0, at - 1)
        review.decide(path, rows[waiting[at]].id, _DECISIONS[key])
        at += key != "u"


def show_review(result: Result) -> None:
    """How many rows are accepted, and where they went."""
    print(f"{result['accepted']:,} accepted, {result['rejected']:,} rejected, {result['pending']:,} to decide")
    if "to" in result:
        print(f"{amounts.count(result['exported'], 'accepted row')} written to {result['to']}")
        print(f"Next: python -m ft_core prepare {_quoted(Path(result['to']))}")


def _show_joined(generated: Result | None) -> None:
    if not generated:
        return
    print(
        f"Generated rows: {generated['used']:,} of {generated['accepted']:,} accepted ones are in the training split; "
        f"{generated['pending']:,} are not decided yet"
    )
    for reason, count in generated["left_out"].items():
        print(f"  {count:,} left out: {reason}")


def _inert(text: str) -> str:
    """A text of data on a terminal: control characters, which could move its cursor or hide what is there, are shown as ␛."""
    plain = "".join(letter if letter.isprintable() or letter == "\n" else "␛" for letter in text)
    return plain.replace("\n", "\n          ")


# Lengths, steps, rows.


def _show_lengths(lengths: Result | None) -> None:
    if lengths:
        print(
            f"Length: half of the examples have at most {lengths['median']:,} tokens, 95 % at most {lengths['p95']:,}; "
            f"the longest, {_place(lengths)}, has {lengths['max']:,}"
        )


def _show_verdict(quality: Result | None) -> None:
    """Is it enough, is it even, and what next; nothing of a dataset that was stored before this was looked at."""
    if quality:
        print(f"{quality['verdict']['sentence']} {quality['verdict']['next']}")
        if quality["balance"] and not quality["balance"]["good"]:
            print(f"{quality['balance']['sentence']} {quality['balance']['next']}")


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
