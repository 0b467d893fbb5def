"""The tasks that ship with lm-evaluation-harness, with our rows in them: its prompts, its choices, its scoring."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lm_eval
from datasets import Dataset, DatasetDict
from datasets.utils.logging import disable_progress_bar, enable_progress_bar, is_progress_bar_enabled
from lm_eval.api.model import LM
from lm_eval.api.task import ConfigurableTask
from lm_eval.evaluator import evaluate
from lm_eval.tasks._yaml_loader import load_yaml

from ft_core.errors import FTError
from ft_core.evals.benchmarks.known import BENCHMARKS
from ft_core.evals.benchmarks.rows import Rows

_PACKAGED = Path(lm_eval.__file__).parent / "tasks"
_FILES = {
    "arc_easy": "arc/arc_easy.yaml",
    "arc_challenge": "arc/arc_challenge.yaml",
    "hellaswag": "hellaswag/hellaswag.yaml",
    "truthfulqa_mc1": "truthfulqa/truthfulqa_mc1.yaml",
    "truthfulqa_mc2": "truthfulqa/truthfulqa_mc2.yaml",
}
_SPLITS = ("training_split", "validation_split", "test_split", "fewshot_split")


def packaged(name: str, rows: Rows) -> dict[str, ConfigurableTask]:
    """The tasks of one benchmark by name: one, one for each subject of MMLU, mc1 and mc2 of TruthfulQA. Its data caches are never used.

    Raises FTError `benchmarks.subject` for a subject of MMLU that the library does not know.
    """
    shots = BENCHMARKS[name].shots
    if name == "truthfulqa":
        return {task: _task(_FILES[task], rows.questions, [], shots) for task in ("truthfulqa_mc1", "truthfulqa_mc2")}
    if name != "mmlu":
        return {name: _task(_FILES[name], rows.questions, [], shots)}
    found = {}
    for subject, places in by_subject(rows).items():
        file = f"mmlu/default/mmlu_{subject}.yaml"
        if not (_PACKAGED / file).is_file():
            raise FTError(
                "benchmarks.subject",
                f"MMLU has no subject {subject}.",
                f"A file is called {subject}_test.csv, and the name of an MMLU file is its subject's.",
                "Give the file its original name, or take it out of the folder.",
            )
        found[f"mmlu_{subject}"] = _task(file, [rows.questions[i] for i in places], rows.shots[subject], shots)
    return found


def by_subject(rows: Rows) -> dict[str, list[int]]:
    """For each subject, where its questions are in `rows`."""
    found: dict[str, list[int]] = {}
    for i, subject in enumerate(rows.subjects):
        found.setdefault(subject, []).append(i)
    return found


def scores(name: str, rows: Rows, tasks: dict[str, ConfigurableTask], asked: LM) -> dict[str, list[float]]:
    """What the tasks say of each question, in the order of `rows`: for each of the benchmark's measures n numbers from 0 to 1."""
    results: Any = evaluate(asked, {"tasks": tasks, "groups": {}, "group_map": {}}, bootstrap_iters=0)  # pyright: ignore
    samples = {task: sorted(found, key=lambda sample: sample["doc_id"]) for task, found in results["samples"].items()}
    if name == "truthfulqa":
        return {kind: [float(sample["acc"]) for sample in samples[f"truthfulqa_{kind}"]] for kind in ("mc1", "mc2")}
    if name != "mmlu":
        return {measure: [float(sample[measure]) for sample in samples[name]] for measure in BENCHMARKS[name].measures}
    right = [0.0] * len(rows)
    for subject, places in by_subject(rows).items():
        for place, sample in zip(places, samples[f"mmlu_{subject}"], strict=True):
            right[place] = float(sample["acc"])
    return {"acc": right}


def _task(file: str, questions: list[dict[str, Any]], solved: list[dict[str, Any]], shots: int) -> ConfigurableTask:
    """The packaged task with `questions` in the split that it asks, and none in its others but `solved`."""
    config: dict[str, Any] = load_yaml(_PACKAGED / file)
    asked = config.get("test_split") or config["validation_split"]
    data = {asked: Dataset.from_list(questions)}
    if solved:
        data[config["fewshot_split"]] = Dataset.from_list(solved)
    left_out = [key for key in _SPLITS if config.get(key) not in (None, *data)]
    for key in ("tag", "group", "task_list", "dataset_kwargs", *left_out):
        config.pop(key, None)
    return ConfigurableTask(
        config=config
        | {
            "dataset_path": "local",
            "dataset_name": None,
            "num_fewshot": shots,
            "custom_dataset": lambda **_: DatasetDict(data),
        }
    )


@contextmanager
def quiet() -> Iterator[None]:
    """The library warns of each custom data set and of a model that is loaded already; `datasets` draws a bar for each task."""
    shown, logger = is_progress_bar_enabled(), logging.getLogger("lm_eval")
    level = logger.level
    disable_progress_bar()
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
        if shown:
            enable_progress_bar()
