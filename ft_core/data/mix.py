"""Mix: several sources learnt from together. Each is prepared by itself, as a dataset version of its own; the mix joins their splits.

Training rows are taken by the weight of their part, validation and test whole. No row of a mix nearly repeats what another part is tested on.
"""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ft_core.data import store
from ft_core.data.clean.step import MAX_SAMPLES, Found
from ft_core.data.edits import edits_of
from ft_core.data.prepare import prepare, token_lengths
from ft_core.data.problems import MAX_ROWS, Problem
from ft_core.data.similar import between
from ft_core.data.split import SPLITS
from ft_core.data.store import Dataset
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import Window
from ft_core.errors import FTError
from ft_core.settings.data import DataSpec
from ft_core.settings.example import Example
from ft_core.settings.project import Task

FORMAT = 1  # raise it when the same parts and weights come to hold other examples
COPIES = "part_copies"
_TITLE = "Copies of what another part is tested on"
_WHY = "A row to learn from that nearly repeats a test row makes the test easier than real use, also when that row is of another part."
_DOES = "They are left out; the test rows stay."


@dataclass(frozen=True)
class Copy:
    """An example that nearly repeats one of another part that is tested, or watched in training."""

    example: Example
    tested: Example


def prepare_mix(
    sources: Mapping[str, Sequence[Path]],
    spec: DataSpec,
    task: Task | None,
    datasets: Path,
    window: Window | None = None,
    tell: Tell = silent,
) -> Dataset:
    """Prepare every part and store their mix under `datasets`. `sources` are the files of each part by its name, the main one first.

    The task is classification when it is that of every part, else chat when one has several turns, else instruction. Every
    example carries its part. Raises FTError `data.mix`, and what `prepare` raises, which then names the part.
    """
    specs = part_specs(spec)
    prepared = {name: _part(name, sources[name], specs[name], task, datasets, window, tell) for name in specs}
    weights = {spec.name: spec.weight} | {part.name: part.weight for part in spec.mix}
    identity = _identity(prepared, weights, spec.split.seed)
    folder = datasets / identity[:12]
    if (folder / "dataset.json").is_file():
        return Dataset.open(folder)
    tell("mixing")
    splits = {name: [example for part in prepared for example in _named(prepared[part], part, name)] for name in SPLITS}
    splits, copies = without_copies(splits)
    splits["train"] = [
        example
        for part in prepared
        for example in weighted([one for one in splits["train"] if one.part == part], weights[part], spec.split.seed)
    ]
    report = _report(prepared, weights, splits, copies)
    examples = [example for name in SPLITS for example in splits[name]]
    report["token_lengths"] = token_lengths(examples, window.tokenizer) if window else None
    values = {
        "version": 1,
        "sha256": identity,
        "source_sha256": _sha256([[name, part.source_sha256] for name, part in prepared.items()]),
        "task": report["task"],
        "labels": report["labels"],
        "counts": report["splits"],
        "spec": spec.model_dump(mode="json"),
    }
    tell("storing")
    store.write(folder, splits, report, values)
    return Dataset.open(folder)


def part_specs(spec: DataSpec) -> dict[str, DataSpec]:
    """Every part by its name, the main source first, as settings of its own. Raises FTError `data.mix` or `data.edits`."""
    names = [spec.name, *(part.name for part in spec.mix)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise FTError(
            "data.mix",
            f"More than one part is called {' and '.join(f'`{name}`' for name in twice)}.",
            f"The parts are {', '.join(f'`{name}`' for name in names)}; the main source is called `{spec.name}`.",
            "Give every part a Part name of its own.",
        )
    if not any([spec.weight, *(part.weight for part in spec.mix)]):
        raise FTError(
            "data.mix",
            "Nothing is left to train on.",
            "The weight of every part is 0, which only tests it.",
            "Raise the Weight of at least one part.",
        )
    # What else the main source has is its own: rows that were written for it, the way it is read.
    main = spec.model_copy(update={"mix": (), "name": "main", "weight": 1.0, "edits": _own_edits(spec, spec.name)})
    return {spec.name: main} | {
        part.name: DataSpec(
            source=part.source,
            columns=part.columns,
            system=part.system,
            clean=spec.clean,
            split=spec.split,
            edits=_own_edits(spec, part.name),
        )
        for part in spec.mix
    }


def _own_edits(spec: DataSpec, part: str) -> tuple[Any, ...]:
    return tuple(one.model_copy(update={"part": None}) for one in edits_of(spec, part))


def _part(
    name: str,
    sources: Sequence[Path],
    spec: DataSpec,
    task: Task | None,
    datasets: Path,
    window: Window | None,
    tell: Tell,
) -> Dataset:
    try:
        return prepare(sources, spec, task, datasets, window, lambda words: tell(f"{name}: {words}"))
    except FTError as error:
        raise FTError(error.code, f"Part `{name}`: {error.what}", error.why, error.fix) from error


def _named(dataset: Dataset, part: str, split: str) -> list[Example]:
    return [replace(example, part=part) for example in dataset.examples(split)]


def _identity(prepared: Mapping[str, Dataset], weights: Mapping[str, float], seed: int) -> str:
    """sha256 of what decides the content: the versions of the parts by name, their weights, the seed, our format."""
    return _sha256([FORMAT, [[name, part.sha256, weights[name]] for name, part in prepared.items()], seed])


def _sha256(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def weighted(examples: Sequence[Example], weight: float, seed: int) -> list[Example]:
    """Every example as often as `weight` says, in order: 2.5 is two of each and a third of half of them, 0 none.

    Which ones are in the fraction is decided by the seed, with every answer's share kept; a weight above 0 leaves at least one.
    """
    whole = int(weight)
    count = round(len(examples) * (weight - whole))
    if weight and not whole and examples:
        count = max(1, count)
    order = list(range(len(examples)))
    random.Random(seed).shuffle(order)
    order.sort(key=lambda place: examples[place].answer)
    more = {order[int((number + 0.5) * len(order) / count)] for number in range(count)}
    return [example for place, example in enumerate(examples) for _ in range(whole + (place in more))]


# Copies between parts.


def without_copies(splits: Mapping[str, list[Example]]) -> tuple[dict[str, list[Example]], list[Copy]]:
    """The splits without rows of `train` whose text nearly repeats a validation or test row of another part, and rows of
    `validation` that nearly repeat a test row of another part; and what was left out. `test` stays as it is.
    """
    validation, found = _apart(splits["validation"], splits["test"])
    train, more = _apart(splits["train"], [*splits["test"], *validation])
    return {"train": train, "validation": validation, "test": splits["test"]}, more + found


def _apart(examples: list[Example], tested: list[Example]) -> tuple[list[Example], list[Copy]]:
    """Those that repeat nothing that another part tests, and the others."""
    found: dict[int, Copy] = {}
    for part in {example.part for example in examples}:
        places = [place for place, example in enumerate(examples) if example.part == part]
        others = [example for example in tested if example.part != part]
        near = between([_text(examples[place]) for place in places], [_text(other) for other in others])
        found |= {places[mine]: Copy(examples[places[mine]], others[copy.of]) for mine, copy in near.items()}
    kept = [example for place, example in enumerate(examples) if place not in found]
    return kept, [found[place] for place in sorted(found)]


def _text(example: Example) -> str:
    return example.prompt_text or example.answer


# The report.


def _report(
    prepared: Mapping[str, Dataset],
    weights: Mapping[str, float],
    splits: Mapping[str, list[Example]],
    copies: Sequence[Copy],
) -> dict[str, Any]:
    """As that of one source; problems and steps name their part, and `parts` holds each part's own report, weight and rows in the mix."""
    reports = {name: dataset.report for name, dataset in prepared.items()}
    tasks: set[Task] = {dataset.task for dataset in prepared.values()}
    task: Task = tasks.pop() if len(tasks) == 1 else "chat" if "chat" in tasks else "instruction"
    labels = {
        name: dict(Counter(example.answer for example in examples))
        for name, examples in splits.items()
        if task == "classification"
    }
    total = sum((Counter(counts) for counts in labels.values()), Counter[str]())
    used = {name: Counter(example.part for example in examples) for name, examples in splits.items()}
    rows = sum(report["rows"] for report in reports.values())
    kept = sum(report["kept"] for report in reports.values()) - len(copies)
    lost = {name: [copy for copy in copies if copy.example.part == name] for name in prepared}
    return {
        "source": " + ".join(report["source"] for report in reports.values()),
        "format": _joined(report["format"] for report in reports.values()),
        "encoding": _joined(report["encoding"] for report in reports.values() if report["encoding"]) or None,
        "shape": _joined(report["shape"] for report in reports.values()),
        "columns": next(iter(reports.values()))["columns"],
        "why": " ".join(f"{name}: {report['why']}" for name, report in reports.items()),
        "task": task,
        "labels": [label for label, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))],
        "rows": rows,
        "kept": kept,
        "removed": rows - kept,
        "splits": {name: len(examples) for name, examples in splits.items()},
        "problems": [
            _of_part(name, problem)
            for name, report in reports.items()
            for problem in [*report["problems"], *_copies_problem(lost[name])]
        ],
        "steps": [
            _of_part(name, step)
            for name, report in reports.items()
            for step in [*report["steps"], *_copies_step(lost[name])]
        ],
        "label_counts": labels,
        "parts": {
            name: reports[name]
            | {
                "dataset": dataset.id,
                "weight": weights[name],
                "used": {split: counts[name] for split, counts in used.items()},
            }
            for name, dataset in prepared.items()
        },
    }


def _joined(words: Any) -> str:
    return ", ".join(dict.fromkeys(words))


def _of_part(part: str, values: dict[str, Any]) -> dict[str, Any]:
    """A problem or step whose title tells the part, because row numbers count within it."""
    return values | {"part": part, "title": f"{part}: {values['title']}"}


def _samples(copies: Sequence[Copy]) -> list[tuple[str, str]]:
    found = Found()
    for copy in copies[:MAX_SAMPLES]:
        found.sample(copy.example.question, f"{copy.tested.place} stays: {copy.tested.question}")
    return found.samples


def _copies_problem(copies: Sequence[Copy]) -> list[dict[str, Any]]:
    rows = sorted(copy.example.row for copy in copies)
    problem = Problem(COPIES, _TITLE, len(rows), rows[:MAX_ROWS], _WHY, _DOES, _samples(copies))
    return [problem.as_dict()] if copies else []


def _copies_step(copies: Sequence[Copy]) -> list[dict[str, Any]]:
    rows = sorted(copy.example.row for copy in copies)
    counts = {"found": len(rows), "changed": 0, "removed": len(rows), "rows": rows}
    step = {"code": COPIES, "title": "Copies between parts", "treatment": "drop"} | counts
    return [step | {"samples": [list(pair) for pair in _samples(copies)]}] if copies else []
