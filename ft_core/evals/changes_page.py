"""What got better and worse between two runs, as a page to read: Markdown, and HTML that prints. Without torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core import amounts
from ft_core.errors import FTError
from ft_core.evals import pages
from ft_core.evals.changes import changes
from ft_core.evals.pages import Section, Table
from ft_core.files import write_text
from ft_core.run import Run

COLUMNS = ("", "A", "B", "B - A", "95 % interval", "B is")
KINDS = {
    "scores": "Scores",
    "checks": "Share of answers",
    "forgetting": "General answers",
    "benchmarks": "Benchmarks",
}
_SHOWN = 50  # examples of each kind on the page
_TOLD = (
    "Better and worse are said only where chance is ruled out for all that is tested here together. Without an interval nothing is said: "
    "of these scores the stored reports hold no value for each example."
)


def cells(line: dict[str, Any]) -> tuple[str, ...]:
    """A line of `changes` as text, in the order of COLUMNS."""
    values = (line["title"], amounts.score(line["first"]), amounts.score(line["second"]))
    if line["result"] is None:
        return (*values, "–", "–", "–")
    change, low, high = (amounts.score(line[key], "+") for key in ("difference", "low", "high"))
    return (*values, change, f"{low} to {high}", line["result"])


def sections(found: dict[str, Any], names: Sequence[str]) -> list[Section]:
    """All of it, in the order in which one reads it; `names` are the two runs'."""
    made = [
        Section(
            "Verdict",
            [
                found["sentence"],
                f"A is {names[0]}, B is {names[1]}; {found['n']:,} test examples that both answered. {_TOLD}",
            ],
        )
    ]
    for kind, title in KINDS.items():
        if found[kind]:
            made.append(Section(title, tables=[Table(COLUMNS, [cells(line) for line in found[kind]])]))
    for key, title in (("gained", "Wrong in A, right in B"), ("lost", "Right in A, wrong in B")):
        rows = [
            tuple(str(one[cell]) for cell in ("prompt", "expected", "first", "second")) for one in found[key][:_SHOWN]
        ]
        said = [
            f"{len(found[key]):,} examples" + (f", the first {_SHOWN} are shown." if len(found[key]) > _SHOWN else ".")
        ]
        made.append(
            Section(title, said, [Table(("Prompt", "Right answer", "A", "B"), rows, texts=True)] if rows else [])
        )
    return made


def html(found: dict[str, Any], names: Sequence[str]) -> str:
    """As one HTML page that opens from a folder, and prints."""
    return pages.printed(f"{names[0]} and {names[1]}", sections(found, names))


def markdown(found: dict[str, Any], names: Sequence[str]) -> str:
    """As Markdown."""
    return pages.written(f"{names[0]} and {names[1]}", sections(found, names))


def write(runs: Sequence[Run], path: Path) -> None:
    """Write the page of two runs. Raises FTError `command.invalid` for another number of them or another ending, and what `changes` raises."""
    if len(runs) != 2 or path.suffix not in (".md", ".html"):
        raise FTError(
            "command.invalid",
            "This comparison cannot be written.",
            f"A report is of two runs, and goes into a file that ends in .html or .md; there are {len(runs)} and {path.name}.",
            "Write for example: python -m ft_core compare-runs RUN RUN --report changes.html",
        )
    make = html if path.suffix == ".html" else markdown
    write_text(path, make(changes(*runs), [f"{run.spec().name} {run.id[-6:]}" for run in runs]))
