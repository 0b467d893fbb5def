"""The library's own tasks with our rows: for every benchmark what `simple_evaluate` with a plain HFLM gives, question by question."""

import pytest
from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

from ft_core.errors import FTError
from ft_core.evals.benchmarks import sources, tasks
from ft_core.evals.benchmarks.harness import Asked
from ft_core.evals.benchmarks.known import BENCHMARKS
from ft_core.evals.benchmarks.store import Store
from tests.evals.benchmarks import made


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return made.pair(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made.write_folder(tmp_path_factory.mktemp("files") / "files")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_equal_to_the_library_itself(name, pair, folder, tmp_path):
    rows = sources.from_folder(name, folder)
    with tasks.quiet():
        ready = tasks.packaged(name, rows)
        asked = Asked(pair.tuned, pair.tokenizer, 512, Store(tmp_path, "m"), lambda *_: None, lambda: False)
        ours = tasks.scores(name, rows, ready, asked)
        plain = HFLM(pretrained=pair.tuned, tokenizer=pair.tokenizer, batch_size=4, max_length=512)
        manager = TaskManager(include_defaults=False)
        theirs = simple_evaluate(plain, tasks=list(ready.values()), task_manager=manager, bootstrap_iters=0)
    assert theirs is not None
    for task, samples in theirs["samples"].items():
        for measure in ["acc"] if name == "truthfulqa" else BENCHMARKS[name].measures:
            mine = ours[task.removeprefix("truthfulqa_") if name == "truthfulqa" else measure]
            places = tasks.by_subject(rows)[task.removeprefix("mmlu_")] if name == "mmlu" else range(len(rows))
            part = [mine[place] for place in places]
            ordered = sorted(samples, key=lambda sample: sample["doc_id"])
            assert part == pytest.approx([float(sample[measure]) for sample in ordered], abs=1e-5)
            assert sum(part) / len(part) == pytest.approx(theirs["results"][task][f"{measure},none"], abs=1e-5)
    headline = ours[BENCHMARKS[name].headline]
    assert len(headline) == len(rows) and set(headline) <= {0.0, 1.0}


def test_solved_questions_stand_before_each_of_mmlu(folder):
    with tasks.quiet():
        task = tasks.packaged("mmlu", sources.from_folder("mmlu", folder))["mmlu_anatomy"]
        task.build_all_requests()
    context = task.instances[0].args[0]
    assert context.count("Answer:") == 6 and context.startswith("The following are multiple choice questions")


def test_a_subject_that_is_none(folder):
    rows = sources.from_folder("mmlu", folder)
    rows.subjects[0] = "cooking"
    with pytest.raises(FTError, match="no subject cooking"):
        tasks.packaged("mmlu", rows)
