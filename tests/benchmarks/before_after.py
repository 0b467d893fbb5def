"""Does cleaning help: the same planted set trained on as it is and cleaned, scored on the same clean test rows.

    python -m tests.benchmarks.before_after [--rows 5000] [--seed 0] [--epochs 1]

Two runs of `python -m ft_core run PROJECT.yaml --json` with the starter model: one with every treatment set to keep and leaks kept, one with
the defaults. Prints both test scores side by side, as they are. A label in another spelling is wrong, in both.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ft_core.settings.data import CleanSpec
from tests.data.planted import plant, write

ROOT = Path(__file__).parents[2]
METRICS = ("accuracy", "f1_macro", "accuracy_written")


def project(clean: bool, epochs: float) -> dict[str, Any]:
    """The settings, which differ in cleaning and leaks alone. A test row of the file is a test row of both."""
    split: dict[str, Any] = {"by": "given", "column": "split"}
    data: dict[str, Any] = {
        "source": "planted.jsonl",
        "columns": {"prompt": "message", "answer": "label"},
        "split": split,
    }
    data["system"] = "Classify the message to the town hall."
    if not clean:
        data["clean"] = dict.fromkeys(CleanSpec.model_fields, "keep")
        split["leaks"] = "keep"
    return {
        "name": "after" if clean else "before",
        "task": "classification",
        "data": data,
        "training": {"epochs": epochs},
        "evaluation": {"few_shot": 0},
    }


def run(folder: Path, settings: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Seconds and result of the main job, its progress shown meanwhile. JSON is YAML, too."""
    path = folder / f"{settings['name']}.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "ft_core", "run", str(path), "--json", "--home", str(folder / "home")]
    began = time.perf_counter()
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    result = json.loads(answer.stdout)
    if "error" in result:
        sys.exit(" ".join(result["error"][key] for key in ("what", "why", "fix")))
    return time.perf_counter() - began, result


def main() -> None:
    """Plant, run twice, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=float, default=1)
    arguments = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "planted.jsonl", plant(arguments.rows, arguments.seed))
        for clean in (False, True):
            seconds, result = run(folder, project(clean, arguments.epochs))
            counts = json.loads(
                next((folder / "home").glob(f"**/datasets/{result['dataset']}/dataset.json")).read_text()
            )
            results.append((seconds, result, counts))
    (before_seconds, before, before_data), (after_seconds, after, after_data) = results
    print(f"\n| {arguments.rows:,} rows, seed {arguments.seed} | as they are | cleaned |\n|---|---|---|")
    for split in ("train", "validation", "test"):
        print(f"| {split} rows | {before_data['counts'][split]:,} | {after_data['counts'][split]:,} |")
    print(f"| labels | {len(before_data['labels'])} | {len(after_data['labels'])} |")
    for metric in METRICS:
        scores = [result["evaluation"]["metrics"][metric] for result in (before, after)]
        print(f"| {metric}, base | {scores[0]['base']:.3f} | {scores[1]['base']:.3f} |")
        print(f"| {metric}, tuned | {scores[0]['tuned']:.3f} | {scores[1]['tuned']:.3f} |")
    print(f"| training | {before['training']['seconds']:.0f} s | {after['training']['seconds']:.0f} s |")
    print(f"| the whole run | {before_seconds:.0f} s | {after_seconds:.0f} s |")
    if before_data["counts"]["test"] != after_data["counts"]["test"]:
        sys.exit("The two runs were not scored on the same test rows.")


if __name__ == "__main__":
    main()
