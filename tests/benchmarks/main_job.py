"""The main job on the shipped example, as a person starts it: how long it takes and what comes out.

python -m tests.benchmarks.main_job
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT = 300.0


def main() -> None:
    """Run the command in a fresh home, with its progress shown, and print what it took."""
    with tempfile.TemporaryDirectory() as home:
        began = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "ft_core",
            "run",
            "examples/ticket_triage/project.yaml",
            "--json",
            "--home",
            home,
        ]
        answer = subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True)
        seconds = time.perf_counter() - began
    result = json.loads(answer.stdout)
    training, evaluation = result["training"], result["evaluation"]
    print("| what | measured | limit |\n|---|---|---|")
    print(f"| `python -m ft_core run examples/ticket_triage/project.yaml` | {seconds:.0f} s | {LIMIT:.0f} s |")
    print(
        f"| of it training, {training['steps']} steps | {training['seconds']:.0f} s at {training['tokens_per_second']:.0f} tokens/s | |"
    )
    print(f"| memory at its highest | {training['peak_memory_gb']:.2f} GB | |")
    for name, metric in evaluation["metrics"].items():
        few_shot = "-" if metric["few_shot"] is None else f"{metric['few_shot']:.3f}"
        interval = f"{metric['difference']:+.3f} ({metric['low']:+.3f} to {metric['high']:+.3f})"
        print(
            f"| {name}: base, few-shot, tuned | {metric['base']:.3f}, {few_shot}, {metric['tuned']:.3f} | {interval} |"
        )
    print(evaluation["verdict"]["sentence"])


if __name__ == "__main__":
    main()
