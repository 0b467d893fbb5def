"""How long `prepare` takes for a file of many short rows, stage by stage, and our near duplicates beside other ways to find them.

    python -m tests.benchmarks.data_size [--rows 10000 100000 1000000] [--beside 3000 100000]

Each size runs in a process of its own, whose highest memory is its own. `--beside` are the numbers of rows for comparing all with all
(which takes the square of them) and for the tools. Seconds are by the clock; of them on the processor in brackets, which is what counts
on a machine that does other things, too.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from datasketch import MinHash, MinHashLSH
from rensa import RMinHash, RMinHashLSH

from ft_core.data.prepare import prepare
from ft_core.data.similar import copies, similarity, word_set
from ft_core.settings.data import DataSpec
from tests.benchmarks import made_rows

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS, LIMIT_GB, LIMIT_ROWS = 240, 3.0, 1_000_000
PERMUTATIONS = 128
BANDS = 32  # of four: misses one pair in a hundred million at a similarity of 0.8
THRESHOLD = 0.8

Timed = dict[str, tuple[float, float]]


class Stages:
    """Seconds of each stage of a work that tells where it is, by the clock and of the processor; the first is `checking`."""

    def __init__(self) -> None:
        self.seconds: Timed = {}
        self._begin("checking")

    def tell(self, words: str) -> None:
        """A stage ends and the next begins."""
        clock, processor = time.perf_counter() - self._clock, time.process_time() - self._processor
        before = self.seconds.get(self._name, (0.0, 0.0))
        self.seconds[self._name] = (before[0] + clock, before[1] + processor)
        self._begin(words)

    def _begin(self, name: str) -> None:
        self._name, self._clock, self._processor = name, time.perf_counter(), time.process_time()


@contextmanager
def timed(stages: Timed, name: str) -> Iterator[None]:
    """What the block takes: seconds by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    stages[name] = (time.perf_counter() - clock, time.process_time() - processor)


def write_rows(path: Path, count: int) -> list[made_rows.MadeRow]:
    """JSON Lines of made rows, about 300 bytes each, and the rows."""
    rows = made_rows.make(count)
    with open(path, "w", encoding="utf-8") as file:
        for number, row in enumerate(rows):
            line = {"id": f"ticket-{number:07}", "channel": "web form", "message": row.text, "label": row.label}
            file.write(json.dumps(line) + "\n")
    return rows


def one_size(path: Path, folder: Path) -> dict[str, Any]:
    """`prepare` of one file: {"stages": {name: [seconds, processor seconds]}, "memory_gb", "kept", "exact", "near", "leaks"}."""
    stages = Stages()
    report = prepare(path, DataSpec(source=path.name), None, folder, tell=stages.tell).report
    stages.tell("")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    found = {step["code"]: step["found"] for step in report["steps"]}
    counts = {"exact": found["duplicates"], "near": found["near_duplicates"], "leaks": found["leaks"]}
    return {"stages": stages.seconds, "memory_gb": memory, "kept": report["kept"]} | counts


def sizes(counts: list[int]) -> None:
    """The table of sizes."""
    results = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "rows.jsonl"
            made = write_rows(path, count)
            copied = [row.exact for row in made if row.copy_of is not None]
            del made
            known = {
                "megabytes": path.stat().st_size / 1e6,
                "exact_made": sum(copied),
                "near_made": copied.count(False),
            }
            known["load_before"] = os.getloadavg()[0]
            command = [sys.executable, "-m", "tests.benchmarks.data_size", "--one", str(path)]
            answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
            results[count] = json.loads(answer.stdout) | known | {"load_after": os.getloadavg()[0]}
            print(f"{count:,} rows: {results[count]}", file=sys.stderr, flush=True)
    print("\n| stage | " + " | ".join(f"{count:,} rows" for count in results) + " | seconds for each 10,000 rows |")
    print("|---|" + "---|" * (len(results) + 1))
    for stage in next(iter(results.values()))["stages"]:
        _print_seconds(stage, {count: result["stages"][stage] for count, result in results.items()})
    totals = {
        count: tuple(sum(pair[place] for pair in result["stages"].values()) for place in (0, 1))
        for count, result in results.items()
    }
    _print_seconds("all", totals)
    for title, words in (
        ("highest memory", "{memory_gb:.2f} GB"),
        ("size of the file", "{megabytes:.1f} MB"),
        ("exact copies made, found", "{exact_made:,}, {exact:,}"),
        ("near copies made, found", "{near_made:,}, {near:,}"),
        ("leaks found, rows kept", "{leaks:,}, {kept:,}"),
        ("load of the machine before, after", "{load_before:.1f}, {load_after:.1f}"),
    ):
        print(f"| {title} | " + " | ".join(words.format(**result) for result in results.values()) + " | |")
    print(f"\nLimits for {LIMIT_ROWS:,} rows: {LIMIT_SECONDS} s, {LIMIT_GB:g} GB.")
    if LIMIT_ROWS in totals:
        good = totals[LIMIT_ROWS][0] <= LIMIT_SECONDS and results[LIMIT_ROWS]["memory_gb"] <= LIMIT_GB
        print("They are kept." if good else "They are NOT kept.")


def _print_seconds(title: str, pairs: dict[int, tuple[float, float]]) -> None:
    each = ", ".join(f"{pair[1] * 10_000 / count:.2f}" for count, pair in pairs.items())
    print(f"| {title} | " + " | ".join(f"{pair[0]:.1f} ({pair[1]:.1f})" for pair in pairs.values()) + f" | {each} |")


def all_with_all(texts: list[str]) -> set[tuple[int, int]]:
    """Every pair that is similar enough: what is to be found."""
    sets = [word_set(text) for text in texts]
    return {
        (first, second)
        for second in range(len(sets))
        for first in range(second)
        if similarity(sets[first], sets[second]) >= THRESHOLD
    }


def ours(texts: list[str]) -> set[int]:
    """The later ones of pairs."""
    return set(copies(texts))


def by_datasketch(texts: list[str]) -> set[int]:
    """As its documentation shows it: an index of MinHashes that is asked before each insertion."""
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, params=(BANDS, PERMUTATIONS // BANDS))
    found = set()
    sets = [word_set(text) for text in texts]
    for number, words in enumerate(sets):
        hashed = MinHash(num_perm=PERMUTATIONS)
        hashed.update_batch([word.encode() for word in words])
        if any(similarity(sets[int(str(other))], words) >= THRESHOLD for other in index.query(hashed)):
            found.add(number)
        else:
            index.insert(str(number), hashed)
    return found


def by_rensa(texts: list[str]) -> set[int]:
    """The same with the library in Rust."""
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
    found = set()
    sets = [word_set(text) for text in texts]
    for number, words in enumerate(sets):
        hashed = RMinHash(num_perm=PERMUTATIONS, seed=42)
        hashed.update(list(words))
        if any(similarity(sets[other], words) >= THRESHOLD for other in index.query(hashed)):
            found.add(number)
        else:
            index.insert(number, hashed)
    return found


def beside(counts: list[int]) -> None:
    """The table of ways to find near duplicates. What is found are texts to leave out, so that no two that stay are alike."""
    naive, large = counts
    print("\n| way | rows | seconds (of the processor) | copies found | pairs that stay together |")
    print("|---|---|---|---|---|")
    ways: list[tuple[str, Callable[[list[str]], set[int]]]] = [
        ("ours", ours),
        ("datasketch MinHashLSH", by_datasketch),
        ("rensa RMinHashLSH", by_rensa),
    ]
    texts = [row.text for row in made_rows.make(naive)]
    stages: Timed = {}
    with timed(stages, "all"):
        pairs = all_with_all(texts)
    print(f"| all with all | {naive:,} | {stages['all'][0]:.1f} ({stages['all'][1]:.1f}) | | {len(pairs):,} in all |")
    for count in (naive, large):
        texts = [row.text for row in made_rows.make(count)]
        for name, way in ways:
            stages = {}
            with timed(stages, name):
                found = way(texts)
            left = sum(first not in found and second not in found for first, second in pairs) if count == naive else "-"
            print(
                f"| {name} | {count:,} | {stages[name][0]:.1f} ({stages[name][1]:.1f}) | {len(found):,} | {left} |",
                flush=True,
            )


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--beside", type=int, nargs="*", default=[3_000, 100_000], metavar="ROWS")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(one_size(given.one, Path(folder))))
        return
    if given.rows:
        sizes(given.rows)
    if given.beside:
        beside(given.beside)


if __name__ == "__main__":
    main()
