"""How long all scores and all checks of stored answers take, on answers of three contestants.

    python -m tests.benchmarks.answers_scored [--rows 10000] [--training 50000] [--words 40] [--seed 0]

The answers are those of `planted_answers` joined to about `--words` words, each of its own; a tenth of the base answers is gibberish,
which costs the dictionary most. They are scored as free texts, and as many answers again as labels: every score with its bootstrap interval,
p-value and adjustment. Prints the seconds of each part and of all; exits 1 when all take more than 60.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy

from ft_core.evals import report
from ft_core.evals.answers import Contestant
from ft_core.evals.errors import analyse as room
from ft_core.generate import Answer
from ft_core.settings.example import Example, Message
from tests.evals.errors.planted import plant, row

MOST = 60.0
WHO = ("base", "few_shot", "tuned")
Spent = tuple[float, float]  # seconds by the clock, seconds of a processor
_LABELS = ["account", "billing", "delivery", "other", "returns", "technical"]
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


def checked(rows: list[dict[str, Any]], training: list[str]) -> tuple[dict[str, float], Spent]:
    """Processor seconds of each check on all contestants; what the whole analysis took."""
    seconds: dict[str, float] = {}

    def watched(check: Any) -> Any:
        def find(*arguments: Any) -> Any:
            began = time.process_time()
            found = check.find(*arguments)
            seconds[check.code] = seconds.get(check.code, 0.0) + time.process_time() - began
            return found

        return replace(check, find=find)

    checks = tuple(map(watched, room.CHECKS))
    return seconds, spent(lambda: room.analyse(rows, training, checks=checks))


def spent(work: Callable[[], Any]) -> Spent:
    """What it takes."""
    began, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - busy


def contestants(texts: dict[str, list[str]], labels: int, seed: int) -> dict[str, Contestant]:
    """Each contestant with these answers, and losses and likelihoods by chance: what they are costs nothing."""
    chance = numpy.random.default_rng(seed)
    return {
        who: Contestant(
            [Answer(text, len(text.split()) + 1, True) for text in answers],
            chance.exponential(size=len(answers)),
            chance.integers(1, 60, len(answers)),
            chance.normal(size=(len(answers), labels)) if labels else None,
            1.0,
        )
        for who, answers in texts.items()
    }


def scored(rows: list[dict[str, Any]], seed: int) -> dict[str, Spent]:
    """What it takes to count all scores of the rows as free texts, and of as many written labels."""
    chance = random.Random(seed)
    words = {who: [line[f"{who}_written"] for line in rows] for who in WHO}
    labels = {who: [chance.choice([*_LABELS, "none of them"]) for _ in rows] for who in WHO}
    seconds = {}
    for name, texts, known in (("texts", words, []), ("labels", labels, _LABELS)):
        right = [chance.choice(known) if known else line["expected"] for line in rows]
        examples = [
            Example(row=line["row"], messages=(Message("user", line["prompt"]), Message("assistant", answer)))
            for line, answer in zip(rows, right, strict=True)
        ]
        found = contestants(texts, len(known), seed)
        task = "classification" if known else "instruction"
        seconds[f"scores of {name}"] = spent(partial(report._report, task, examples, known, found, {}))
    return seconds


def main() -> None:
    """Make, check, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--training", type=int, default=50_000)
    parser.add_argument("--words", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rows, training = make(arguments.rows, arguments.training, arguments.words, arguments.seed)
    parts = scored(rows, arguments.seed)
    each, parts["checks"] = checked(rows, training)
    print("| part | seconds by the clock | processor seconds |\n|---|---|---|")
    for name, (clock, busy) in parts.items():
        print(f"| {name} | {clock:.1f} | {busy:.1f} |")
    for code, seconds in sorted(each.items(), key=lambda item: -item[1]):
        print(f"| of it {code} | | {seconds:.1f} |")
    total = sum(clock for clock, _ in parts.values())
    print(
        f"\n{arguments.rows:,} rows of base, few-shot, tuned and right answers of about {arguments.words} words, {arguments.training:,} "
        f"training answers: {total:.1f} s by the clock, {sum(busy for _, busy in parts.values()):.1f} s of one processor; at most {MOST:.0f}. "
        f"Processes that wanted one of the {os.cpu_count()} processors meanwhile: {os.getloadavg()[0]:.1f}"
    )
    sys.exit(0 if total <= MOST else 1)


if __name__ == "__main__":
    main()
