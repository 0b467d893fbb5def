"""What data holds and what was made of it: the words of `inspect` and `prepare`."""

from pathlib import Path

from rich.table import Column

from ft_core import amounts
from ft_core.terminal.answer import Result
from ft_core.terminal.tables import new_table, print_table, quoted

SHOWN_ROWS = 4
SHOWN_NOTES = 6


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
        table = new_table("problem", Column("found", justify="right"), "in rows", "what is or should be done")
        for problem in found["problems"]:
            table.add_row(problem["title"], f"{problem['count']:,}", _rows(problem), problem["fix"])
        print_table(table)
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
        print(f"Next: python -m ft_core prepare {quoted(source)}")


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
        table = new_table("problem", Column("found", justify="right"), "in rows", "what was done")
        for problem in report["problems"]:
            done = _done(steps.get((problem["code"], problem.get("part")))) or problem["fix"]
            table.add_row(problem["title"], f"{problem['count']:,}", _rows(problem), done)
        print_table(table)
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
        print(f"Next: python -m ft_core run {quoted(source)}")
        return
    name = _called(source)
    on_hub = name != source.name
    print(
        f"Next: write the line `data: {{source: {name}}}` into a file project.yaml{'' if on_hub else f' beside {name}'}, then"
    )
    print(f"      python -m ft_core run {quoted(Path('project.yaml') if on_hub else source.with_name('project.yaml'))}")


def _show_joined(generated: Result | None) -> None:
    if not generated:
        return
    print(
        f"Generated rows: {generated['used']:,} of {generated['accepted']:,} accepted ones are in the training split; "
        f"{generated['pending']:,} are not decided yet"
    )
    for reason, count in generated["left_out"].items():
        print(f"  {count:,} left out: {reason}")


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
