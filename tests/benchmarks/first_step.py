"""Seconds until the end of a training's first step: of a command, and of Start training on the page, beside trl's quick start.

    python -m tests.benchmarks.first_step [--rounds 3] [--threads 2]

The starter model, QLoRA, the same CHATS chats for all, in turns. `command`: `python -m ft_core train` from a file of chats, reading and
cleaning them included. `pressed`: the dataset is prepared, as on the page, with a worker that waits, as
while the Training tab is open, and without. Printed are medians. Exit code 3 when one of the first two lines is over its limit.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from ft_core import catalog
from ft_core.pipeline.data import prepare_source
from ft_core.pipeline.runs import create_run
from ft_core.run import Run
from ft_core.settings import project
from ft_core.worker import launch, spare
from ft_core.workspace import Workspace
from tests.benchmarks.training import MESSAGES, project_of, run_ours, run_trl, write_chats

CHATS = 48
LIMIT = 1.0  # of trl's
READY_SECONDS = 15.0  # that the page's Training tab has been open


def pressed(home: Path, data: Path, threads: int, waits: bool) -> float:
    """Seconds from the press of Start training."""
    workspace = Workspace(home)
    spec = project.parse(project_of(catalog.STARTER, data, threads), "chats")
    dataset = prepare_source(workspace, spec, data.parent)
    ready = time.monotonic() + READY_SECONDS
    while time.monotonic() < ready:
        if waits:
            spare.expect(home)
        time.sleep(1)
    began = time.time()
    run = create_run(workspace, spec, dataset)
    launch.enqueue(workspace, run, "train")
    first = first_step(run)
    while launch.entries(home):
        time.sleep(0.1)
    return first - began


def first_step(run: Run) -> float:
    """When its first measurement was taken, in seconds since 1970."""
    while not (rows := [row for row in run.metrics() if row["kind"] == "train"]):
        view = run.job("train")
        assert view is None or view.status in ("running", "done"), view
        time.sleep(0.1)
    return rows[0]["time"]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder) / MESSAGES
        write_chats(data, CHATS)
        base, threads = catalog.STARTER, asked.threads
        ways = {
            "trl's quick start": lambda _: run_trl(base, data, threads)["first"],
            "command": lambda _: run_ours(base, data, threads)["first"],
            "pressed, a worker waits": lambda home: pressed(home, data, threads, waits=True),
            "pressed, none waits": lambda home: pressed(home, data, threads, waits=False),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(asked.rounds):
            for place, (name, measure) in enumerate(ways.items()):
                found[name].append(measure(Path(folder) / f"home-{number}-{place}"))
    theirs, *ours = (statistics.median(times) for times in found.values())
    print(
        f"| until the end of the first step | seconds | beside trl's | limit |\n|---|---|---|---|\n| {next(iter(ways))} | {theirs:.1f} | | |"
    )
    for name, seconds in zip(list(ways)[1:], ours, strict=True):
        print(f"| {name} | {seconds:.1f} | {seconds / theirs:.2f} | {LIMIT if name != 'pressed, none waits' else ''} |")
    return 0 if max(ours[:2]) <= LIMIT * theirs else 3


if __name__ == "__main__":
    sys.exit(main())
