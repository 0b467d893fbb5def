"""Generated rows: how many were made, and their review, one key each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TextIO

import typer
from rich.table import Column

from ft_core import amounts
from ft_core.terminal.answer import Result
from ft_core.terminal.tables import inert, new_table, print_table, quoted

_DECISIONS: dict[str, Literal["accepted", "rejected", "pending"]] = {"y": "accepted", "n": "rejected", "u": "pending"}


def show_generated(result: Result, source: Path | None) -> None:
    """How many rows were made, what the checks refused, and how to accept them. `source` is the project they are for."""
    print(f"{amounts.count(result['made'], 'new row')} of {result['tried']:,} tried, added to {result['file']}")
    if result["refused"]:
        table = new_table("refused by a check because it", Column("texts", justify="right"))
        for reason, count in sorted(result["refused"].items(), key=lambda item: -item[1]):
            table.add_row(reason, f"{count:,}")
        print_table(table)
    if result["stopped"]:
        stopped = result["stopped"]
        print(f"It ended early. {stopped['what']}\n  Why: {stopped['why']}\n  Fix: {stopped['fix']}")
    if result["made"]:
        print(f"Next: python -m ft_core review {quoted(Path(result['file']))}")
    if result["made"] and source:
        print(f"Then: write `generated: {Path(result['file']).name}` below `data:` in {source.name}, and run it again.")


def keys(source: TextIO) -> Iterator[str]:
    """The keys that are pressed on a terminal; the letters of the input where it is none."""
    while source.isatty():
        yield typer.getchar()
    for line in source:
        yield from line.strip()


def review_rows(path: Path, pressed: Iterator[str]) -> None:
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
        print(f"  source  {inert(row.source)}")
        new = row.example(None).question
        print(f"  new     {inert(new if row.rows else new.removeprefix(row.source).strip())}")
        print(f"  answer  {inert(row.messages[-1].content)}", flush=True)
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
        print(f"Next: python -m ft_core prepare {quoted(Path(result['to']))}")
