"""Where a benchmark's questions come from: a folder of the person, or the Hub."""

from pathlib import Path
from typing import Any

from pyarrow import parquet

from ft_core.data.read import hub_dataset
from ft_core.errors import FTError
from ft_core.evals.benchmarks import arc, hellaswag, mmlu, truthfulqa
from ft_core.evals.benchmarks.known import BENCHMARKS
from ft_core.evals.benchmarks.rows import Rows

_FILES = {
    "arc_easy": "arc_easy*.jsonl",
    "arc_challenge": "arc_challenge*.jsonl",
    "hellaswag": "hellaswag*.jsonl",
    "mmlu": "mmlu/*_test.csv",
    "truthfulqa": "TruthfulQA.csv",
}


def from_folder(name: str, folder: Path) -> Rows:
    """All questions of one benchmark in `folder`. Raises FTError `benchmarks.missing` and `benchmarks.schema`."""
    found = sorted(folder.glob(_FILES[name]))
    title = BENCHMARKS[name].title
    if not found or (len(found) > 1 and name != "mmlu"):
        why = (
            f"{len(found)} files there are called {_FILES[name]}."
            if found
            else f"No file there is called {_FILES[name]}."
        )
        raise FTError(
            "benchmarks.missing",
            f"{title} cannot be read from the folder {folder.name}.",
            why,
            f"Put one such file there, leave {name} out of Benchmarks, or leave Benchmark folder out to take the rows from the Hub.",
        )
    if name == "mmlu":
        return mmlu.read(folder / "mmlu")
    if name == "hellaswag":
        return hellaswag.read(found[0])
    return truthfulqa.read(found[0]) if name == "truthfulqa" else arc.read(found[0], title)


def from_hub(name: str, kept: Path, token: str | None = None) -> Rows:
    """The same from the Hub, at one commit, downloaded below `kept` unless it is there.

    Raises what `hub_dataset.fetch` raises, with words of ours for what to do about it.
    """
    benchmark = BENCHMARKS[name]
    try:
        fetched = hub_dataset.fetch(benchmark.repo, kept, benchmark.configuration, benchmark.revision, token)
    except FTError as error:
        raise FTError(
            error.code,
            f"The questions of {benchmark.title} could not be downloaded.",
            f"They are asked of the Hub ({benchmark.repo}) where no Benchmark folder is given. {error.why}",
            "Check the connection and try again, or give a folder with the benchmark's files as Benchmark folder.",
        ) from error
    parts: dict[str, list[dict[str, Any]]] = {}
    for file in fetched.files:
        split = file.name.split("--")[0]
        if split in (benchmark.split, "dev"):
            parts.setdefault(split, []).extend(parquet.read_table(file).to_pylist())
    questions = parts[benchmark.split]
    numbers = list(range(1, len(questions) + 1))
    if name != "mmlu":
        return Rows(questions, numbers)
    subjects = [row["subject"] for row in questions]
    solved = {
        subject: [row for row in parts["dev"] if row["subject"] == subject] for subject in dict.fromkeys(subjects)
    }
    return Rows(questions, numbers, subjects, solved)
