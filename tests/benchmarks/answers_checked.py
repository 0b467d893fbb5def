"""How long all checks of answers take, on answers of three contestants.

    python -m tests.benchmarks.answers_checked [--rows 10000] [--training 50000] [--words 40] [--seed 0]

The answers are those of `planted_answers` joined to about `--words` words, each of its own; a tenth of the base answers is gibberish,
which costs the dictionary most. Prints the seconds of each check and of all; exits 1 when all take more than 40.
"""

import argparse
import random
import sys
import time
from dataclasses import replace
from typing import Any

from ft_core.evals.errors import analyse as room
from tests.evals.errors.planted import plant, row

MOST = 40.0
_LETTERS = "etaoinshrdlucmfw"


def make(count: int, training: int, words: int, seed: int) -> tuple[list[dict[str, Any]], list[str]]:
    """`count` rows and `training` training answers."""
    chance = random.Random(seed)
    planted = plant(1000, seed)
    asked = [line["prompt"] for line in planted.rows]
    right = [line["expected"] for line in planted.rows]
    tuned = [line["tuned"] for line in planted.rows]

    def text(pool: list[str]) -> str:
        parts: list[str] = []
        while len(parts) < words:
            parts += chance.choice(pool).split() or [""]
        parts.insert(chance.randrange(len(parts)), chance.choice(asked).split()[-1])
        return " ".join(parts)

    def gibberish() -> str:
        return " ".join("".join(chance.choices(_LETTERS, k=chance.randint(3, 9))) for _ in range(words))

    rows = []
    for number in range(count):
        base = gibberish() if chance.random() < 0.1 else text(tuned)
        line = row(number, text(asked), text(right), base, text(tuned))
        rows.append(line | {"few_shot": line["base"], "few_shot_written": text(tuned), "few_shot_finished": True})
    return rows, [text(planted.training) for _ in range(training)]


def timed(rows: list[dict[str, Any]], training: list[str]) -> tuple[dict[str, float], float, float]:
    """Processor seconds of each check on all contestants; seconds of the whole analysis by the clock, and of the processor."""
    seconds: dict[str, float] = {}

    def watched(check: Any) -> Any:
        def find(*arguments: Any) -> Any:
            began = time.process_time()
            found = check.find(*arguments)
            seconds[check.code] = seconds.get(check.code, 0.0) + time.process_time() - began
            return found

        return replace(check, find=find)

    began, busy = time.perf_counter(), time.process_time()
    room.analyse(rows, training, checks=tuple(map(watched, room.CHECKS)))
    return seconds, time.perf_counter() - began, time.process_time() - busy


def main() -> None:
    """Make, check, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--training", type=int, default=50_000)
    parser.add_argument("--words", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rows, training = make(arguments.rows, arguments.training, arguments.words, arguments.seed)
    each, total, busy = timed(rows, training)
    print("| check | processor seconds |\n|---|---|")
    for code, seconds in sorted(each.items(), key=lambda item: -item[1]):
        print(f"| {code} | {seconds:.2f} |")
    print(
        f"\n{arguments.rows:,} rows of base, few-shot, tuned and right answers of about {arguments.words} words, "
        f"{arguments.training:,} training answers: {total:.1f} s by the clock, {busy:.1f} s of one processor; at most {MOST:.0f}"
    )
    sys.exit(0 if total <= MOST else 1)


if __name__ == "__main__":
    main()
