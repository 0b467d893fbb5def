"""How far the work is: a bar or a clock on a terminal, a line now and then elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from ft_core import amounts
from ft_core.data.tell import Tell
from ft_core.jobs import JobName, Progress
from ft_core.run import Run

LINE_SECONDS = 5.0  # between two lines of progress where there is no terminal
BAR_SECONDS = 1.0  # between two looks into the run's files for the bar


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
                bar.update(task, more=", ".join(measured(run, job, step, total)))
                looked = time.monotonic()

        yield show


def _lines(run: Run, job: JobName) -> Progress:
    topic, told, last = "", 0.0, ""

    def show(step: int, total: int, message: str) -> None:
        nonlocal topic, told, last
        now = time.monotonic()
        if message.split(",")[0] != topic or now - told > LINE_SECONDS or 0 < step == total:
            topic, told = message.split(",")[0], now
            words = ", ".join([message, *measured(run, job, step, total)])
            line = f"{step}/{total} {words}" if total else words
            if line != last:
                with contextlib.suppress(BrokenPipeError):  # the work is worth more than who reads of it
                    print(line, file=sys.stderr, flush=True)
            last = line

    return show


def measured(run: Run, job: JobName, step: int, total: int) -> list[str]:
    """What a run's files say about the job at work: the latest training loss, the time left unless it has ended. Empty at first, also of a
    training that goes on.
    """
    found = []
    losses = [row["loss"] for row in run.metrics() if row["kind"] == "train"] if job == "train" and step else []
    if losses:
        found.append(f"loss {amounts.loss(losses[-1])}")
    state = run.job(job)
    if state is not None and state.seconds_left is not None and step != total:
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


def tell_lines() -> Callable[[str], None]:
    """Says what is at work, a line every few seconds."""
    told = 0.0

    def tell(words: str) -> None:
        nonlocal told
        if time.monotonic() - told > LINE_SECONDS:
            told = time.monotonic()
            print(words, file=sys.stderr, flush=True)

    return tell
