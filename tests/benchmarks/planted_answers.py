"""How much of what was planted in answers the checks find: precision and recall of each, on real sentences of this repository.

    python -m tests.benchmarks.planted_answers [--rows 1000] [--seed 0] [--show CODE]

Prints a table and exits 1 when one of them is below 0.9. `--show` prints what a check missed and what it found wrongly.
"""

import argparse
import sys
import time
from dataclasses import dataclass

from ft_core.evals.errors.analyse import analyse
from tests.evals.errors.made import places
from tests.evals.errors.planted import KINDS, Planted, plant, row
from tests.evals.errors.planted_text import UNSEEN_REFUSALS

LEAST = 0.9


@dataclass(frozen=True)
class Score:
    """One check: how many tuned answers deserve it, how many it found, how many of these are right, and how many good base answers it blamed."""

    code: str
    deserved: int
    found: int
    right: int
    false_on_base: int
    missed: tuple[int, ...]
    wrong: tuple[int, ...]

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.deserved if self.deserved else 0.0

    @property
    def good(self) -> bool:
        return min(self.precision, self.recall) >= LEAST


def scores(planted: Planted) -> list[Score]:
    """Every check, scored on the planted answers."""
    flags = analyse(planted.rows, planted.training)["flags"]
    results = []
    for code in KINDS:
        deserved = {place for place, codes in enumerate(planted.truth) if code in codes}
        found = {place for place, flag in enumerate(flags) if code in flag["tuned"]}
        base = sum(code in flag["base"] for flag in flags)
        results.append(
            Score(
                code,
                len(deserved),
                len(found),
                len(deserved & found),
                base,
                tuple(sorted(deserved - found)),
                tuple(sorted(found - deserved)),
            )
        )
    return results


def table_of(results: list[Score], rows: int) -> str:
    """The scores in Markdown."""
    lines = [
        f"| check | planted | found | right | precision | recall | of {rows:,} good base answers blamed | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for score in results:
        figures = f"{score.found} | {score.right} | {score.precision:.3f} | {score.recall:.3f} | {score.false_on_base}"
        lines.append(f"| {score.code} | {score.deserved} | {figures} | {'good' if score.good else f'below {LEAST}'} |")
    return "\n".join(lines)


def main() -> None:
    """Plant, analyse, score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", default="", choices=["", *KINDS])
    arguments = parser.parse_args()
    planted = plant(arguments.rows, arguments.seed)
    began = time.perf_counter()
    results = scores(planted)
    print(f"{arguments.rows:,} rows, seed {arguments.seed}, analysed in {time.perf_counter() - began:.1f} s\n")
    print(table_of(results, arguments.rows))
    asked = [
        row(number, "Who is the mayor?", "Her name is Ann.", "", said) for number, said in enumerate(UNSEEN_REFUSALS)
    ]
    found = len(places(analyse(asked, [])["flags"], "refusal"))
    print(f"\nOf {len(asked)} refusals in unusual words, written after the check: {found} found")
    for score in results:
        if score.code == arguments.show:
            for name, chosen in (("missed", score.missed), ("wrongly found", score.wrong)):
                for place in chosen:
                    line = planted.rows[place]
                    print(f"\n{name} ({planted.kinds[place]}): {line['prompt']!r}\n  right: {line['expected']!r}")
                    print(f"  answer: {line['tuned']!r}")
    sys.exit(0 if all(score.good for score in results) else 1)


if __name__ == "__main__":
    main()
