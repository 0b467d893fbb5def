"""The main job on the shipped example, as a person starts it: how long it takes and what comes out.

    python -m tests.benchmarks.main_job [--seeds 42 1 2] [--plain]

The first seed is the example's own. Each further one is a run of the same file but for `training.seed`: how much of a score is luck.
`--plain`: each once more with `fused: false`, and whether the accuracies differ: with each seed on the same test rows, and over the seeds, as
rounding alone lets two trainings of one seed end at other weights.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scipy import stats

from ft_core.settings import project

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "ticket_triage" / "project.yaml"
LIMIT = 300.0


def with_seed(seed: int, folder: Path, fused: bool = True) -> Path:
    """The example's project, or a copy of it with another training seed, or not fused, that reads the same data."""
    spec = project.load(EXAMPLE)
    if spec.training.seed == seed and fused:
        return EXAMPLE
    data = spec.data.renamed(lambda name: str(EXAMPLE.parent / name))
    training = spec.training.model_copy(update={"seed": seed, "fused": fused})
    path = folder / f"seed-{seed}-{'fused' if fused else 'plain'}.yaml"
    path.write_text(project.dump(spec.model_copy(update={"data": data, "training": training})), encoding="utf-8")
    return path


def run(path: Path, home: Path) -> tuple[float, dict[str, Any]]:
    """Seconds and result of `python -m ft_core run`, its progress shown meanwhile."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "ft_core", "run", str(path), "--json", "--home", str(home)]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return time.perf_counter() - began, json.loads(answer.stdout)


def compare(runs: list[str], home: Path) -> float:
    """Print whether two runs' right answers differ, as `compare-runs` says it; returns by how much."""
    command = [sys.executable, "-m", "ft_core", "compare-runs", *runs, "--json", "--home", str(home)]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    (found,) = json.loads(answer.stdout)["paired"]
    interval = f"{found['difference']:+.3f} ({found['low']:+.3f} to {found['high']:+.3f})"
    print(f"| accuracy, not fused less fused, on {found['n']} rows | {interval} | |\n{found['sentence']}", flush=True)
    return found["difference"]


def over_seeds(differences: list[float]) -> None:
    """Print their mean with its 95 % interval by Student's t."""
    mean, error = statistics.fmean(differences), statistics.stdev(differences) / len(differences) ** 0.5
    half = error * float(stats.t.ppf(0.975, len(differences) - 1))
    print(
        f"\n| accuracy, not fused less fused, mean over {len(differences)} seeds | {mean:+.3f} ({mean - half:+.3f} to {mean + half:+.3f}) |"
    )


def show(seed: int, seconds: float, result: dict[str, Any], how: str = "") -> None:
    """One run as a table, and its verdict."""
    training, evaluation = result["training"], result["evaluation"]
    print(f"\n| what, with seed {seed}{how} | measured | limit |\n|---|---|---|")
    print(f"| the main job | {seconds:.0f} s | {LIMIT:.0f} s |")
    speed = f"{training['seconds']:.0f} s at {training['tokens_per_second']:,.0f} tokens/s"
    print(f"| of it training, {training['steps']} steps | {speed} | |")
    print(f"| memory at its highest | {training['peak_memory_gb']:.2f} GB | |")
    for name, metric in evaluation["metrics"].items():
        few_shot = "-" if metric["few_shot"] is None else f"{metric['few_shot']:.3f}"
        interval = f"{metric['difference']:+.3f} ({metric['low']:+.3f} to {metric['high']:+.3f})"
        scores = f"{metric['base']:.3f}, {few_shot}, {metric['tuned']:.3f}"
        print(f"| {name}: base, few-shot, tuned | {scores} | {interval} |")
    print(evaluation["verdict"]["sentence"], flush=True)


def main() -> None:
    """Run the command in a fresh home for each seed, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[42])
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    differences = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in asked.seeds:
            home = Path(folder) / f"home-{seed}"
            seconds, result = run(with_seed(seed, Path(folder)), home)
            show(seed, seconds, result)
            if asked.plain:
                seconds, other = run(with_seed(seed, Path(folder), fused=False), home)
                show(seed, seconds, other, ", not fused")
                differences.append(compare([result["run"], other["run"]], home))
    if len(differences) > 1:
        over_seeds(differences)


if __name__ == "__main__":
    main()
