"""Benchmarks beside lm-evaluation-harness itself: the same scores of each question, and how long each takes.

    python -m tests.benchmarks.lm_eval_equality FOLDER [--limit 50] [--names arc_easy,hellaswag,mmlu,truthfulqa] [--four-bit]

FOLDER holds the benchmarks' files. The starter model is asked twice in one process: by `measure`'s own way (without a stored score), and by
`lm_eval.simple_evaluate` with a plain HFLM in batches of 8 and of 1, its command's default. Both time the questions alone, tasks being built.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

from ft_core import modeling
from ft_core.evals.benchmarks import harness, known, sources, tasks
from ft_core.evals.benchmarks.rows import Rows, drawn
from ft_core.evals.benchmarks.store import Store


def directly(
    name: str, rows: Rows, model: Any, tokenizer: Any, batch: int
) -> tuple[dict[str, list[float]], dict[str, float], float]:
    """lm-eval's own scores by question and in all, and the seconds of its requests."""
    asked = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=batch)
    ready = tasks.packaged(name, rows)
    began = time.perf_counter()
    results: Any = simple_evaluate(
        asked, tasks=list(ready.values()), task_manager=TaskManager(include_defaults=False), bootstrap_iters=0
    )
    seconds = time.perf_counter() - began
    found: dict[str, list[float]] = {}
    whole: dict[str, float] = {}
    measures = list(known.BENCHMARKS[name].measures)
    for task, samples in results["samples"].items():
        for measure in measures if name != "truthfulqa" else ["acc"]:
            title = task.removeprefix("truthfulqa_") if name == "truthfulqa" else measure
            ordered = sorted(samples, key=lambda sample: sample["doc_id"])
            found.setdefault(title, []).extend(float(sample[measure]) for sample in ordered)
            share = float(results["results"][task][f"{measure},none"]) * len(samples) / len(rows)
            whole[title] = whole.get(title, 0.0) + share
    return found, whole, seconds


def ours(name: str, rows: Rows, model: Any, tokenizer: Any, length: int) -> tuple[dict[str, list[float]], float]:
    """Our scores by question, in lm-eval's order (subject by subject), and the seconds of the requests."""
    with tempfile.TemporaryDirectory() as folder:
        ready = tasks.packaged(name, rows)
        began = time.perf_counter()
        asked = harness.Asked(model, tokenizer, length, Store(Path(folder), "starter"), lambda *_: None, lambda: False)
        scores = tasks.scores(name, rows, ready, asked)
        seconds = time.perf_counter() - began
    order = [i for places in tasks.by_subject(rows).values() for i in places] or range(len(rows))
    return {measure: [values[i] for i in order] for measure, values in scores.items()}, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--names", default="arc_easy,hellaswag,mmlu,truthfulqa")
    parser.add_argument("--four-bit", action="store_true")
    parser.add_argument("--batches", default="8,1")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    tokenizer = modeling.load_tokenizer("starter")
    model: Any = modeling.load_base("starter", quantised=given.four_bit).eval()
    length = int(model.config.max_position_embeddings)
    batches = [int(batch) for batch in given.batches.split(",")]
    different = 0
    with tasks.quiet():
        for name in given.names.split(","):
            rows = drawn(sources.from_folder(name, given.folder), given.limit)
            mine, seconds = ours(name, rows, model, tokenizer, length)
            for batch in batches:
                theirs, whole, other = directly(name, rows, model, tokenizer, batch)
                for measure, values in theirs.items():
                    apart = [i for i, (a, b) in enumerate(zip(mine[measure], values, strict=True)) if abs(a - b) > 1e-4]
                    total = sum(mine[measure]) / len(rows)
                    different += len(apart) + (abs(total - whole[measure]) > 1e-4)
                    print(
                        f"{name:14} {measure:8} {len(rows):5} questions, lm-eval batch {batch}: {len(apart)} differ; "
                        f"in all {total:.4f} and {whole[measure]:.4f}; seconds {seconds:.1f} and {other:.1f}, ratio {seconds / other:.2f}",
                        flush=True,
                    )
    print("equal" if not different else f"{different} DIFFER")
    raise SystemExit(bool(different))


if __name__ == "__main__":
    main()
