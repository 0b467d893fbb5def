"""A sweep of short trainings whose process is killed in the middle: does it end with every trial counted once?

    python -m tests.benchmarks.sweep [--trials 8] [--rows 600] [--epochs 2] [--plot importance.svg]

Learning rate and LoRA rank, the starter model on a part of the example's data. The worker is killed once half of the trials have ended
and the next one has taken a few steps, then the sweep goes on by `python -m ft_core resume`. Prints the trials, the best settings and what
matters, and draws the last into a file. Exit code 3 when a trial is lost, counted twice, or trained anew though it had ended.
"""

import argparse
import csv
import html
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ft_core.pipeline.data import example_project, prepare_source
from ft_core.pipeline.runs import create_run
from ft_core.run import Run
from ft_core.settings import project
from ft_core.terminal.studies import show_sweep
from ft_core.worker import launch
from ft_core.workspace import Workspace

ROOT = Path(__file__).parents[2]
STEPS_BEFORE_KILL = 3


def made(folder: Path, trials: int, rows: int, epochs: float) -> tuple[Workspace, Run]:
    """A home with a part of the example's data, and a run that is to try settings on it. Nothing is pruned: all trials are comparable."""
    spec, source = example_project()
    with open(source / str(spec.data.source), encoding="utf-8", newline="") as file:
        part = list(csv.reader(file))[: rows + 1]
    with open(folder / "part.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(part)
    values = spec.model_dump(mode="json")
    values["data"]["source"] = "part.csv"
    values["training"] = {"batch_size": 8, "epochs": epochs, "evaluations": 3}
    values["sweep"] = {"settings": ["learning_rate", "lora_rank"], "trials": trials, "prune": False}
    spec, workspace = project.parse(values, "the part"), Workspace(folder / "home")
    return workspace, create_run(workspace, spec, prepare_source(workspace, spec, folder))


def kill_in_the_middle(run: Run, trials: int) -> int:
    """Start the sweep's worker, and kill it in the middle of a trial in the middle; that trial's number."""
    child = launch.start(run, "sweep", {})
    number = trials // 2 + 1
    trial = Run(run.trials_folder / str(number))
    while sum(row["kind"] == "train" for row in trial.metrics()) < STEPS_BEFORE_KILL:
        if child.poll() is not None:
            raise SystemExit(f"the sweep ended before it could be killed\n{run.log_tail(20)}")
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    return number


def begun(run: Run, trials: int) -> list[int]:
    """How often the training of each trial was begun."""
    logs = (run.trials_folder / str(number) / "log.txt" for number in range(1, trials + 1))
    return [log.read_text(encoding="utf-8").count("train: begins") if log.is_file() else 0 for log in logs]


def resumed(workspace: Workspace, run: Run) -> dict[str, Any]:
    """The result of the sweep once the command line has brought it to its end."""
    command = [sys.executable, "-m", "ft_core", "resume", run.id, "--json", "--home", str(workspace.home)]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if answer.returncode != 0:
        raise SystemExit(answer.stdout)
    return json.loads(answer.stdout)


def plot(importances: dict[str, float] | None) -> str:
    """A bar for each setting, as long as its share of what the loss depends on, as SVG."""
    bars = []
    for place, (name, share) in enumerate((importances or {"cannot be told from so few trials": 0.0}).items()):
        y = 50 + 40 * place
        bars.append(
            f'<text x="10" y="{y + 18}">{html.escape(name)}</text>'
            f'<rect x="160" y="{y}" width="{400 * share:.1f}" height="26" fill="#4f46e5"/>'
            f'<text x="{170 + 400 * share:.1f}" y="{y + 18}">{share:.0%}</text>'
        )
    height = 60 + 40 * len(bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" font-family="sans-serif" font-size="14">'
        f'<rect width="640" height="{height}" fill="white"/><text x="10" y="28" font-size="16">'
        f"How much of the validation loss depends on each setting</text>{''.join(bars)}</svg>\n"
    )


def main() -> None:
    """Make the sweep, kill it, let it go on; print and draw what it found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        workspace, run = made(Path(folder), options.trials, options.rows, options.epochs)
        killed = kill_in_the_middle(run, options.trials)
        before = (run.sweep() or {"trials": []})["trials"]
        print(f"killed in the middle of trial {killed}, when {len(before)} of {options.trials} had ended\n", flush=True)
        result = resumed(workspace, run)
        show_sweep(result)
        attempts = begun(run, options.trials)
    print(f"\n{time.monotonic() - began:.0f} s in all; the trainings were begun {attempts} times")
    if options.plot:
        options.plot.write_text(plot(result["importances"]), encoding="utf-8")
        print(f"What matters is drawn in {options.plot}.")
    numbers = [trial["number"] for trial in result["trials"]]
    once = numbers == list(range(1, options.trials + 1)) and {trial["status"] for trial in result["trials"]} == {"done"}
    kept = result["trials"][: len(before)] == before
    right = once and kept and attempts == [2 if number == killed else 1 for number in range(1, options.trials + 1)]
    print(f"{len(set(numbers))} of {options.trials} trials, each counted once: {'yes' if right else 'NO'}")
    sys.exit(0 if right and result["status"] == "done" else 3)


if __name__ == "__main__":
    main()
