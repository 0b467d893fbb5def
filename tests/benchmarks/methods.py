"""Every method on the shipped example, by the command of the main job: is the tuned model clearly better, how long, how much memory?

    python -m tests.benchmarks.methods [--methods qlora lora ...] [--epochs 5]

Settings are those that are chosen for each method when a project leaves them out; `--epochs` makes all trainings shorter. Exit code 3 when a
method's interval of the gain in accuracy reaches zero.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from ft_core.settings.methods import METHODS
from tests.benchmarks.main_job import EXAMPLE, ROOT


def project_of(method: str, epochs: float | None, folder: Path) -> Path:
    """The example's project with another method and everything else left to be chosen."""
    values = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    values["data"]["source"] = str(EXAMPLE.parent / values["data"]["source"])
    values["training"] = {"method": method} | ({"epochs": epochs} if epochs else {})
    path = folder / f"{method}.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def run(path: Path, home: Path) -> dict[str, Any]:
    """The result of `python -m ft_core run`, its progress shown meanwhile."""
    command = [sys.executable, "-m", "ft_core", "run", str(path), "--json", "--home", str(home)]
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout)


def main() -> int:
    """Run one method after the other, and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--epochs", type=float)
    chosen = parser.parse_args()
    head = "| method | learning rate | what learns | steps | training | memory | accuracy: base, tuned | gain, 95 % |"
    print(f"{head}\n|---|---|---|---|---|---|---|---|", flush=True)
    clear = True
    with tempfile.TemporaryDirectory() as folder:
        for method in chosen.methods:
            result = run(project_of(method, chosen.epochs, Path(folder)), Path(folder) / method)
            training, scores = result["training"], result["evaluation"]["metrics"]["accuracy"]
            made = next((Path(folder) / method).glob("people/*/runs/*/project.yaml"))
            rate = yaml.safe_load(made.read_text(encoding="utf-8"))["training"]["learning_rate"]
            clear = clear and scores["low"] > 0
            print(
                f"| {METHODS[method].title} | {rate:g} | {training['trainable_parameters']:,} | {training['steps']} | "
                f"{training['seconds']:.0f} s | {training['peak_memory_gb']:.2f} GB | {scores['base']:.3f}, {scores['tuned']:.3f} | "
                f"{scores['difference']:+.3f} ({scores['low']:+.3f} to {scores['high']:+.3f}) |",
                flush=True,
            )
    return 0 if clear else 3


if __name__ == "__main__":
    sys.exit(main())
