"""What an evaluation measures beyond the task: benchmarks, and what the training has cost elsewhere."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core import modeling
from ft_core.data.store import Dataset
from ft_core.evals.benchmarks.measure import measure as measure_benchmarks
from ft_core.evals.benchmarks.measure import required as required_benchmarks
from ft_core.evals.forgetting.measure import measure as measure_forgetting
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.settings.example import Example
from ft_core.workspace import home_of


def require(run: Run, pair: modeling.Pair, token: str | None = None) -> None:
    """Read what benchmarks ask, before anything is measured. Raises what `benchmarks.measure.required` raises."""
    asked = run.evaluation_spec()
    if asked.benchmarks:
        required_benchmarks(pair, asked.benchmarks, asked.benchmark_limit, *_places(run), token)


def _places(run: Run) -> tuple[Path | None, Path]:
    """The folder of the person's own benchmark files, if any; where files of the Hub and what was measured are kept."""
    folder = run.evaluation_spec().benchmark_folder
    return Path(folder).expanduser() if folder else None, home_of(run.folder) / "cache" / "benchmarks"


def sections(
    run: Run,
    pair: modeling.Pair,
    dataset: Dataset,
    examples: Sequence[Example],
    done: int,
    progress: Progress,
    token: str | None = None,
) -> dict[str, Any]:
    """Further sections of the report, by name, as far as they are asked for: "benchmarks" and "forgetting", as their `measure` has them.

    `examples` are the test examples that were asked, `done` the steps of progress until here. A stop keeps what was measured. "questions" are
    those of the benchmarks, which `keep.keep` puts into a file of their own. Raises what `benchmarks.measure` raises.
    """
    asked, found = run.evaluation_spec(), dict[str, Any]()
    last = done

    def advance(step: int, total: int, message: str) -> None:
        nonlocal last
        last = max(last, done + step)
        progress(last, done + total, message)

    def asked_to_stop() -> bool:
        return run.stop_requested() is not None

    if asked.benchmarks:
        measured = measure_benchmarks(
            pair, asked.benchmarks, asked.benchmark_limit, *_places(run), advance, asked_to_stop, token
        )
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
