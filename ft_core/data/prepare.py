"""Prepare: from files to a stored dataset version, with a report of all that was found and done."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ft_core.data import contamination, leaks, store
from ft_core.data.augment import review
from ft_core.data.augment.join import join
from ft_core.data.balance import balanced
from ft_core.data.edits import to_train
from ft_core.data.identity import by_tokens, identity_of, require_tokenizer, source_sha256
from ft_core.data.lengths import summary
from ft_core.data.look import Looked, look
from ft_core.data.quality import quality
from ft_core.data.read.files import read
from ft_core.data.read.hub_dataset import is_id
from ft_core.data.read.several import read_all
from ft_core.data.split import SPLITS, describe, divide
from ft_core.data.store import Dataset
from ft_core.data.table import Table
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.data.vocabulary import Vocabulary
from ft_core.settings.data import DataSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

Report = dict[str, Any]
Parts = dict[str, list[Example]]


def prepare(
    sources: Path | Sequence[Path],
    spec: DataSpec,
    task: Task | None,
    datasets: Path,
    window: Window | None = None,
    tell: Tell = silent,
    benchmarks: Sequence[Path] = (),
    generated: Path | None = None,
) -> Dataset:
    """Read, shape, clean and split a file or several, and store the result under `datasets`. The same input and settings give the same id.

    `benchmarks` and `generated` are the files that `spec` names so. What is found of benchmarks is reported, and changes nothing. The
    accepted rows of `generated` join the training split last: without them (None) the splits are the same but for these rows, so two
    runs show what they are worth. `window` adds token lengths to the report; a version that is stored already keeps its own.

    Raises every FTError of reading, shaping and splitting, those of `augment.review.load`, and `data.tokenizer` where cleaning needs
    a `window` that is not given.
    """
    paths = [sources] if isinstance(sources, Path) else list(sources)
    for path in (*paths, *benchmarks):
        if not path.is_file():
            read(path)  # says what is wrong
    require_tokenizer(spec, window)
    rows = review.load(generated) if generated else None
    content = source_sha256(paths)
    identity = identity_of(content, spec, task, window, benchmarks, rows)
    folder = datasets / identity[:12]
    if (folder / "dataset.json").is_file():
        return Dataset.open(folder)
    table = read_all(paths, tell)
    vocabulary = Vocabulary()
    # What is too long for a base model is not of the version unless rows are left out for it: another model may learn from it.
    looked = look(table, spec, task, window if by_tokens(spec) else None, tell, vocabulary)
    report = _report(_called(paths, spec), table, looked)
    parts = _divided(report, looked, spec, tell, vocabulary)
    if benchmarks:
        tell("looking for questions of benchmarks")
        found = contamination.problems([example for name in SPLITS for example in parts[name]], benchmarks)
        report["problems"] += [problem.as_dict() for problem in found]
    parts = _balanced(report, parts, looked.shaped.task, spec)
    report["generated"] = None
    if generated and rows is not None:
        tell("adding generated rows")
        parts, joined = join(parts, rows, looked.shaped.task, spec.system)
        report["generated"] = {"file": generated.name} | joined
    report |= _counts(parts, looked.shaped.task)
    tell("judging what is left")
    report["quality"] = quality(looked.cleaned.examples, looked.shaped.task)
    examples = [example for name in SPLITS for example in parts[name]]
    report["token_lengths"] = token_lengths(examples, window.tokenizer) if window else None
    stored = {
        "version": 1,
        "sha256": identity,
        "source_sha256": content,
        "task": looked.shaped.task,
        "labels": report["labels"],
        "counts": report["splits"],
        "spec": spec.model_dump(mode="json"),
    }
    tell("storing")
    store.write(folder, parts, report, stored)
    return Dataset.open(folder)


def _report(source: str, table: Table, looked: Looked) -> Report:
    """What is known before the rows are divided."""
    shaped, edited = looked.shaped, [looked.edited] if looked.edited.rows else []
    return {
        "source": source,
        "format": table.format,
        "encoding": table.encoding,
        "notes": list(table.notes),
        "shape": shaped.shape,
        "columns": shaped.columns.model_dump(),
        "why": shaped.why,
        "task": shaped.task,
        "label_names": shaped.label_names,
        "rows": len(table) + len(table.bad_rows),
        "problems": [problem.as_dict() for problem in looked.problems],
        "steps": [step.as_dict() for step in (*edited, *looked.cleaned.steps)],
    }


def _divided(report: Report, looked: Looked, spec: DataSpec, tell: Tell, vocabulary: Vocabulary) -> Parts:
    """The splits without leaks between them; how they came about goes into the report."""
    tell("splitting")
    divided = divide(looked.cleaned.examples, looked.shaped.task, spec.split, looked.values, vocabulary)
    parts, moved = to_train(divided.parts, looked.edited.trained)
    apart = divided.apart and not looked.edited.trained  # of near copies in one split, one may have moved
    tell("looking for leaks between the splits")
    settled = leaks.settle(parts, spec.split, vocabulary, apart)
    kept = sum(map(len, settled.parts.values()))
    report |= {"kept": kept, "removed": report["rows"] - kept}
    report["split"] = describe(settled.parts, spec.split, looked.values)
    if looked.edited.trained:
        there = {example.row for example in settled.parts["train"]}
        left_out = sorted({row for rows in moved.values() for row in rows} - there)
        report["split"]["to_train"] = moved | {"left_out": left_out}
    report["leaks"] = leaks.report(settled, spec.split)
    report["steps"].append(leaks.step(settled, spec.split, parts))
    report["problems"] += [problem.as_dict() for problem in leaks.problems(settled, spec.split, parts)]
    return settled.parts


def _balanced(report: Report, parts: Parts, task: Task, spec: DataSpec) -> Parts:
    """With the training rows of a classification balanced as the settings say."""
    before = parts["train"]
    train = balanced(before, spec.balance, spec.split.seed) if task == "classification" else before
    report["balance"] = {"treatment": spec.balance, "before": len(before), "after": len(train)}
    return parts | {"train": train}


def _counts(parts: Parts, task: Task) -> Report:
    """How many examples are in each split; of a classification, also of each label."""
    labels = {
        name: dict(Counter(example.answer for example in examples))
        for name, examples in parts.items()
        if task == "classification"
    }
    total = sum((Counter(counts) for counts in labels.values()), Counter[str]())
    return {
        "labels": [label for label, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))],
        "splits": {name: len(examples) for name, examples in parts.items()},
        "label_counts": labels,
    }


def token_lengths(examples: list[Example], tokenizer: ChatTokenizer) -> dict[str, Any]:
    """{"median", "p95", "max", "longest_part", "longest_row", "tokenizer"} of all examples of a dataset, the last the tokenizer's fingerprint."""
    return summary(tokenizer.lengths(examples), examples) | {"tokenizer": tokenizer.fingerprint}


def _called(paths: list[Path], spec: DataSpec) -> str:
    """What a person knows the data by: the id of a Hub dataset, the name of a file, of several the first three."""
    (first, *more) = spec.sources
    if not more and is_id(first) and not first.endswith(paths[0].name):
        return first
    names = [path.name for path in paths]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
