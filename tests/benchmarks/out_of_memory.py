"""A training for which there is not enough memory: a real limit on the worker's process, and does it go on by itself?

    python -m tests.benchmarks.out_of_memory [--share 0.8]

The starter model on a part of the example with 64 examples at once: first without a limit, to see how much private memory the process
takes at its highest, then with RLIMIT_DATA at a share of that. Exit code 3 unless the second one ends, with the same number of examples in
every step and fewer at once.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import yaml

from ft_core.run import Run
from tests.benchmarks.main_job import EXAMPLE, ROOT

BATCH_SIZE = 64


def train(path: Path, home: Path, limit: int | None) -> tuple[Run, dict[str, Any], int]:
    """The run, what the command says, and the most private memory its process took, in bytes."""

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.RLIM_INFINITY))

    command = [sys.executable, "-m", "ft_core", "train", str(path), "--json", "--home", str(home)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=limited)
    process, most = psutil.Process(child.pid), 0
    while child.poll() is None:
        try:
            most = max(most, process.memory_info().data)
        except psutil.Error:
            break
        time.sleep(0.02)
    assert child.stdout is not None
    result = json.loads(child.stdout.read())
    child.wait()
    return Run(next(home.glob("people/*/runs/*"))), result, most


def main() -> int:
    """Train twice and print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.8)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        values = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
        values["data"]["source"] = str(EXAMPLE.parent / values["data"]["source"])
        values["training"] = {
            "epochs": 0.5, "batch_size": BATCH_SIZE, "micro_batch_size": BATCH_SIZE, "evaluations": 3,
        }  # fmt: skip
        path = Path(folder) / "project.yaml"
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        free, free_result, most = train(path, Path(folder) / "free", None)
        limit = int(chosen.share * most)
        short, short_result, _ = train(path, Path(folder) / "short", limit)
        print(
            "\n| | limit | examples a step | at once | steps | training loss | status |\n|---|---|---|---|---|---|---|"
        )
        for run, result, allowed in ((free, free_result, "none"), (short, short_result, f"{limit / 1e9:.2f} GB")):
            print(
                f"| {'without' if allowed == 'none' else 'with'} a limit | {allowed} | {run.spec().training.batch_size} | "
                f"{result.get('micro_batch_size')} | {result.get('steps')} | {result.get('train_loss', float('nan')):.3f} | {result.get('status')} |"
            )
        print("\n".join(line for line in short.log_tail().splitlines() if "memory" in line or "measured" in line))
        went_on = short_result.get("status") == "done" and short_result["micro_batch_size"] < BATCH_SIZE
    return 0 if went_on else 3


if __name__ == "__main__":
    sys.exit(main())
