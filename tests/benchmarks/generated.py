"""What accepted generated rows are worth: one small project trained without them and with them, on the same splits.

    python -m tests.benchmarks.generated [--rows 300] [--count 200] [--ways typos synonyms recombine] [--epochs 5] [--seeds 42]

Every row that passes the checks is accepted unseen, which a person would not do. One seed says little: the difference between two seeds
without any generated row is printed beside it when several are given.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from ft_core.data.augment import review

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "ticket_triage"


def command(*arguments: str) -> dict[str, Any]:
    """The JSON object that a command prints, its progress shown meanwhile."""
    asked = [sys.executable, "-m", "ft_core", *arguments, "--json"]
    answer = subprocess.run(asked, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(answer.stdout)


def write_project(folder: Path, name: str, arguments: argparse.Namespace, seed: int, generated: str | None) -> Path:
    """The example's project on the first rows of its data."""
    values = yaml.safe_load((EXAMPLE / "project.yaml").read_text(encoding="utf-8"))
    values["data"] |= {"source": "slice.csv", "generated": generated, "split": {"validation": 0.1, "test": 0.4}}
    values["training"] = {**(values.get("training") or {}), "epochs": arguments.epochs, "seed": seed}
    path = folder / f"{name}-{seed}.yaml"
    path.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--count", type=int, default=200, help="generated rows, shared by the ways")
    parser.add_argument("--ways", nargs="+", default=["typos", "synonyms", "recombine"])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[42])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        home = ("--home", str(folder / "home"))
        with open(EXAMPLE / "tickets.csv", newline="", encoding="utf-8") as file:
            rows = [row for _, row in zip(range(arguments.rows + 1), csv.reader(file), strict=False)]
        with open(folder / "slice.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        out = folder / "generated.jsonl"
        first = write_project(folder, "without", arguments, arguments.seeds[0], None)
        for way in arguments.ways:
            count = str(arguments.count // len(arguments.ways))
            made = command("augment", str(first), "--way", way, "--count", count, "--out", str(out), *home)
            print(f"{way}: {made['made']} rows of {made['tried']} tried, refused {made['refused']}", flush=True)
        review.save(out, [replace(row, status="accepted") for row in review.load(out)])
        print(
            "\n| seed | rows | train | test | accuracy | macro F1 | steps | seconds |\n|---|---|---|---|---|---|---|---|"
        )
        for seed in arguments.seeds:
            for name, generated in (("without", None), ("with", "generated.jsonl")):
                began = time.perf_counter()
                path = write_project(folder, name, arguments, seed, generated)
                prepared = command("prepare", str(path), *home)
                result = command("run", str(path), *home)
                scores = {key: metric["tuned"] for key, metric in result["evaluation"]["metrics"].items()}
                splits = prepared["splits"]
                print(
                    f"| {seed} | {name} generated | {splits['train']} | {splits['test']} | {scores['accuracy']:.3f} | {scores['f1_macro']:.3f} "
                    f"| {result['training']['steps']} | {time.perf_counter() - began:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
