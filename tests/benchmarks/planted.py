"""How much of what was planted is found: precision and recall of every kind of flaw, by the functions that clean and split.

    python -m tests.benchmarks.planted [--rows 5000] [--seed 0]

Prints a table and exits 1 when one of them is below 0.95.
"""

import argparse
import importlib
import importlib.util
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ft_core.data.look import look
from ft_core.data.read.files import read
from ft_core.settings.data import CleanSpec, ColumnSpec, DataSpec
from tests.data.planted import Planted, plant, write

LEAST = 0.95


@dataclass(frozen=True)
class Score:
    """One kind: how many were planted, with how many decoys, how many were found and how many of these are right. None: not looked for."""

    kind: str
    planted: int
    decoys: int
    found: int | None
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.planted

    @property
    def good(self) -> bool:
        return min(self.precision, self.recall) >= LEAST


def scores(planted: Planted, folder: Path) -> list[Score]:
    """Every kind of the truth, scored on the planted set as a file in `folder`."""
    path = folder / "planted.jsonl"
    write(path, planted)
    table = read(path)
    spec = DataSpec(source=path.name, columns=ColumnSpec(prompt="message", answer="label"))
    steps = {step.code: step.rows for step in look(table, spec, "classification").cleaned.steps}
    results = []
    for kind, truth in planted.truth.items():
        found: set[Any] | None = _leaks(table, spec, planted) if kind == "leaks" else None
        if kind in CleanSpec.model_fields:
            found = set(steps[kind])
        decoys = len(planted.decoys.get(kind, []))
        right = len(set(truth) & (found or set()))
        results.append(Score(kind, len(truth), decoys, None if found is None else len(found), right))
    return results


def _leaks(table: Any, spec: DataSpec, planted: Planted) -> set[tuple[int, int]] | None:
    """Pairs (row in train, row in test or validation) in the planted split, copies not yet left out; None without a finder."""
    if importlib.util.find_spec("ft_core.data.leaks") is None:
        return None
    kept = CleanSpec(duplicates="keep", near_duplicates="keep")
    examples = look(table, spec.model_copy(update={"clean": kept}), "classification").cleaned.examples
    parts: dict[str, list[Any]] = {"train": [], "validation": [], "test": []}
    for example in examples:
        parts[planted.rows[example.row - 1].split].append(example)
    leaks = importlib.import_module("ft_core.data.leaks").find(parts)
    return {(leak.row, leak.of_row) for leak in leaks}


def table_of(results: list[Score]) -> str:
    """The scores in Markdown."""
    lines = ["| kind | planted | decoys | found | right | precision | recall | |", "|---|---|---|---|---|---|---|---|"]
    for score in results:
        head = f"| {score.kind} | {score.planted} | {score.decoys} |"
        if score.found is None:
            lines.append(f"{head} not looked for | | | | below {LEAST} |")
        else:
            figures = f"{score.found} | {score.right} | {score.precision:.3f} | {score.recall:.3f}"
            lines.append(f"{head} {figures} | {'good' if score.good else f'below {LEAST}'} |")
    return "\n".join(lines)


def main() -> None:
    """Plant, look, score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    planted = plant(arguments.rows, arguments.seed)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        results = scores(planted, Path(folder))
    print(f"{arguments.rows:,} rows, seed {arguments.seed}, looked at twice in {time.perf_counter() - began:.1f} s\n")
    print(table_of(results))
    sys.exit(0 if all(score.good for score in results) else 1)


if __name__ == "__main__":
    main()
