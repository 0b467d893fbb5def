"""How soon the page has looked at data: a command begun anew, beside one that is forked from a process with the libraries.

    python -m tests.benchmarks.look [--rounds 5]

The command is the look at the shipped example, as the Data tab asks for it; the process that it is forked from was begun before, as an open Data tab
does. In turns; printed are medians, and the memory that the waiting process holds. Exit code 3 where forking is not sooner.
"""

import argparse
import statistics
import sys
import tempfile
import time

import psutil

from ft_core.pipeline.data import EXAMPLE
from ft_core.worker import commands
from ft_core.worker.launch import child_environment


def seconds(forks: bool, home: str) -> float:
    """Of one look, from its beginning to its whole answer."""
    commands.FORKS = forks
    began = time.perf_counter()
    begun = commands.begin(["inspect", str(EXAMPLE), "--json"], child_environment() | {"FT_HOME": home})
    with begun.answer, begun.said:
        answer = begun.answer.read()
    took = time.perf_counter() - began
    assert begun.code(60) == 0 and '"problems"' in answer
    return took


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    commands.warm()
    with tempfile.TemporaryDirectory() as home:
        seconds(True, home)  # waits until it is loaded
        [waiting] = [one for one in psutil.Process().children() if "forkserver" in " ".join(one.cmdline())]
        rounds = [(seconds(False, home), seconds(True, home)) for _ in range(asked.rounds)]
    anew, forked = (statistics.median(column) for column in zip(*rounds, strict=True))
    print("| a look at the example | seconds |\n|---|---|")
    print(f"| begun anew | {anew:.1f} |\n| forked | {forked:.1f} |")
    print(f"\n{forked / anew:.2f} times; the waiting process holds {waiting.memory_info().rss / 1e6:,.0f} MB.")
    return 0 if forked < anew else 3


if __name__ == "__main__":
    sys.exit(main())
