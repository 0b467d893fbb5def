"""What an evaluation measures beyond the task: benchmarks, and what the training has cost elsewhere."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core import modeling
from ft_core.data.store import Dataset
from ft_core.evals.benchmarks.measure import measure as measure_benchmarks
from ft_core.evals.benchmarks.measure import required
from ft_core.evals.benchmarks.rows import Rows
from ft_core.evals.forgetting.measure import measure as measure_forgetting
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.example import Example
from ft_core.workspace import home_of


def questions(run: Run, pair: modeling.Pair, token: str | None = None) -> dict[str, Rows]:
    """What the benchmarks ask, read before anything is measured; empty without any. Raises what `benchmarks.measure.required` raises."""
    asked = run.evaluation_spec()
    folder = Path(asked.benchmark_folder).expanduser() if asked.benchmark_folder else None
    return (
        required(pair, asked.benchmarks, asked.benchmark_limit, folder, _store(run), token) if asked.benchmarks else {}
    )


def _store(run: Run) -> Path:
    return home_of(run.folder) / "cache" / "benchmarks"


def sections(
    run: Run,
    pair: modeling.Pair,
    dataset: Dataset,
    examples: Sequence[Example],
    done: int,
    progress: Progress,
    wanted: dict[str, Rows],
) -> dict[str, Any]:
    """Further sections of the report, by name, as far as they are asked for: "benchmarks" and "forgetting", as their `measure` has them.

    `examples` are the test examples that were asked, `done` the steps of progress until here, `wanted` what `questions` gave. A stop keeps what
    was measured. "questions" are those of the benchmarks, which `keep.keep` puts into a file of their own. Raises what `benchmarks.measure`
    raises.
    """
    asked, found = run.evaluation_spec(), dict[str, Any]()
    last = done

    def advance(step: int, total: int, message: str) -> None:
        nonlocal last
        last = max(last, done + step)
        progress(last, done + total, message)

    def asked_to_stop() -> bool:
        return run.stop_requested() is not None

    if wanted:
        measured = measure_benchmarks(pair, wanted, asked.benchmark_limit, _store(run), advance, asked_to_stop)
        found |= {"questions": measured.pop("questions"), "benchmarks": measured}
        done = last
    if asked.forgetting:
        found["forgetting"] = measure_forgetting(
            pair,
            [example.answer for example in dataset.examples("train")],
            run.spec().data.system or "",
            found["benchmarks"]["benchmarks"] if "benchmarks" in found else None,
            advance,
            asked_to_stop,
            held_out=examples,
        )
    return found
