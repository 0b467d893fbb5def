"""Dataset versions: all of them, and two side by side."""

import json
from typing import Any

from rich.table import Column

from ft_core import amounts
from ft_core.terminal.answer import Result
from ft_core.terminal.tables import new_table, print_table

COMPARED_ROWS = 5
LONGEST_VALUE = 80  # characters of a setting


def show_datasets(result: Result) -> None:
    """One line a version."""
    if not result["datasets"]:
        print("No datasets yet. Prepare one: python -m ft_core prepare examples/ticket_triage/project.yaml")
        return
    figures = (Column(name, justify="right", no_wrap=True) for name in ("train", "valid.", "test"))
    table = new_table(
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
    print_table(table)


def show_comparison(result: Result) -> None:
    """What differs between two versions, the numbers first."""
    names = [Column(result[name], justify="right", no_wrap=True) for name in ("first", "second")]
    table = new_table("", *names)
    for split, counts in result["counts"].items():
        table.add_row(f"{split} examples", *(f"{count:,}" for count in counts))
    for label, counts in result["labels"].items():
        if counts[0] != counts[1]:
            table.add_row(f"label {label}", *(f"{count:,}" for count in counts))
    for problem in result["problems"]:
        table.add_row(problem["title"], f"{problem['first']:,}", f"{problem['second']:,}")
    print_table(table)
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
        table = new_table("row", *columns)
        for row in rows[:COMPARED_ROWS]:
            table.add_row(*row)
        print_table(table)


def _at(row: Result) -> str:
    return f"{row['part']}: {row['row']}" if row["part"] else str(row["row"])


def _texts(row: Result) -> str:
    return f"{row['prompt']} → {row['answer']}"


def _value(value: Any) -> str:
    """A setting as the project file has it, in short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
