"""Trainings that are killed at random moments and go on: does each end with the very weights of one that was left alone?

    python -m tests.benchmarks.kills [--method qlora] [--times 20] [--steps 36] [--seed 1]

The starter model on a part of the example's data. The moment is uniform over the time that the uninterrupted training took, loading
included; every fourth kill waits for a checkpoint that is being written, every third training is killed twice. Half go on through the
supervisor, half by `python -m ft_core resume`. Exit code 3 when an adapter differs. On CUDA the same weights are not to be expected.
"""

import argparse
import csv
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from ft_core.data.store import Dataset
from ft_core.jobs import process_alive
from ft_core.pipeline.data import example_project, prepare_source
from ft_core.pipeline.runs import create_run
from ft_core.run import Run
from ft_core.settings import project
from ft_core.settings.project import ProjectSpec
from ft_core.train.checkpoints import SEAL, sha256
from ft_core.worker import launch
from ft_core.workspace import Workspace

ROOT = Path(__file__).parents[2]
ROWS = 300
BATCH_SIZE = 8
EVALUATIONS = 9


@dataclass
class Kill:
    """One training that was killed, once or twice. `moments` say when, `reached` at which step, `resumed_from` which step it went on from."""

    way: str
    moments: list[str] = field(default_factory=list)
    reached: list[int] = field(default_factory=list)
    resumed_from: list[int] = field(default_factory=list)
    equal: bool = False


def prepared(folder: Path, method: str, steps: int) -> tuple[Workspace, ProjectSpec, Dataset]:
    """A home with a part of the example's data prepared, and a project of that many steps."""
    spec, source = example_project()
    with open(source / str(spec.data.source), encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[: ROWS + 1]
    with open(folder / "part.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    values = spec.model_dump(mode="json")
    values["data"]["source"] = "part.csv"
    values["training"] = {"method": method, "batch_size": BATCH_SIZE, "evaluations": EVALUATIONS}
    workspace = Workspace(folder / "home")
    dataset = prepare_source(workspace, project.parse(values, "the part"), folder)
    values["training"]["epochs"] = steps * BATCH_SIZE / dataset.counts["train"]
    return workspace, project.parse(values, "the part"), dataset


def adapter(run: Run) -> str:
    """The SHA-256 of the adapter's, or the whole model's, weights as they are on disk."""
    (weights,) = (run.adapter if run.has_adapter else run.model).glob("*.safetensors")
    return sha256(weights)


def step_of(run: Run) -> int:
    """The last step that was measured."""
    return max((row["step"] for row in run.metrics() if row["kind"] == "train"), default=0)


def being_written(run: Run) -> Path | None:
    """A checkpoint that is not complete yet."""
    return next((folder for folder in run.checkpoints.glob("checkpoint-*") if not (folder / SEAL).exists()), None)


def kill(run: Run, process: tuple[int, float], at: float | None) -> str | None:
    """Kill the worker after `at` seconds, or while it writes a checkpoint when None; in words when. None: it had ended before."""
    began = time.monotonic()
    while process_alive(*process):
        seconds = time.monotonic() - began
        writing = being_written(run)
        if seconds >= at if at is not None else writing is not None:
            os.kill(process[0], signal.SIGKILL)
            while process_alive(*process):
                time.sleep(0.001)
            state = run.job("train")
            if state is None or state.status == "interrupted":
                return f"{seconds:.1f} s" + (f", {writing.name} being written" if writing else "")
            return None
        time.sleep(0.001 if at is None else 0.01)
    return None


def worker(run: Run, after: int = 0) -> tuple[int, float]:
    """The process at the run's training, once it is another than `after`."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        state = run.job("train")
        if state is not None and state.pid != after and state.status == "running":
            return state.pid, state.process_start
        time.sleep(0.01)
    raise SystemExit(f"no worker began: see {run.log}\n{run.log_tail(20)}")


def wait_for_end(run: Run) -> None:
    """Until the training is done."""
    while (state := run.job("train")) is None or state.status in ("running", "interrupted"):
        time.sleep(0.05)
    if state.status != "done":
        raise SystemExit(f"the training {state.status}: {run.error('train')}\n{run.log_tail(20)}")


def killed(workspace: Workspace, run: Run, moments: list[float | None], by_supervisor: bool) -> Kill | None:
    """Train, kill at each of the moments, let it go on to its end. None when the training was faster than a moment."""
    found = Kill("supervisor" if by_supervisor else "resume")
    pid = 0
    for at in moments:
        if by_supervisor:
            if pid == 0:
                launch.enqueue(workspace, run, "train")
        else:
            launch.start(run, "train", {})
        process = worker(run, pid)
        pid = process[0]
        words = kill(run, process, at)
        if words is None:
            wait_for_end(run)
            return None
        found.moments.append(words)
        found.reached.append(step_of(run))
    if not by_supervisor:
        resume = [sys.executable, "-m", "ft_core", "resume", run.id, "--json", "--home", str(workspace.home)]
        answer = subprocess.run(resume, cwd=ROOT, capture_output=True, text=True)
        if answer.returncode != 0:
            raise SystemExit(answer.stdout + answer.stderr)
        assert json.loads(answer.stdout)["weights_sha256"] == adapter(run)
    wait_for_end(run)
    log = run.log.read_text(encoding="utf-8")
    attempts = log.split("train: begins")[2:]
    marks = [part.partition("going on from step ")[2].split(" ")[0] for part in attempts]
    found.resumed_from = [int(mark) if mark else 0 for mark in marks]
    return found


def main() -> None:
    """Train once alone, then as often as asked with kills; print a row for each and how many ended the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", default="qlora")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--steps", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    same = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        workspace, spec, dataset = prepared(Path(folder), options.method, options.steps)
        alone = create_run(workspace, spec, dataset)
        began = time.monotonic()
        launch.start(alone, "train", {})
        worker(alone)
        wait_for_end(alone)
        duration = time.monotonic() - began
        wanted = adapter(alone)
        print(f"{options.method}, {step_of(alone)} steps, alone: {duration:.1f} s, adapter {wanted[:12]}\n")
        print(
            "| # | goes on by | killed after | step reached | went on from step | adapter |\n|---|---|---|---|---|---|"
        )
        done = 0
        while done < options.times:
            count = 2 if done % 3 == 2 else 1
            moments = [None if done % 4 == 3 else chance.uniform(0, duration) for _ in range(count)]
            run = create_run(workspace, spec, dataset)
            found = killed(workspace, run, moments, by_supervisor=done % 2 == 0)
            if found is None:
                continue
            done += 1
            found.equal = adapter(run) == wanted
            same += found.equal
            steps, sources = (", ".join(map(str, numbers)) for numbers in (found.reached, found.resumed_from))
            words = f"{done} | {found.way} | {'; '.join(found.moments)} | {steps} | {sources}"
            print(f"| {words} | {'equal' if found.equal else 'DIFFERENT'} |", flush=True)
    print(f"\n{same} of {options.times}")
    sys.exit(0 if same == options.times else 3)


if __name__ == "__main__":
    main()
