"""The dataset card: where the rows came from, what was done to them, what is still in them, and how to load them.

Names and labels come from people's data: they are escaped as on the model card. No row of the data is shown, and no path of this machine.
"""

import re
from pathlib import PurePath
from typing import Any

from datasets import ClassLabel, DatasetInfo, Features, SplitDict, SplitInfo, Value
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCardData

from ft_core import amounts
from ft_core.data.split import SPLITS
from ft_core.data.store import Dataset
from ft_core.hub.card import STUDIO, escape

UNKNOWN = "unknown"  # the Hub's own word for a licence that nobody has named
PRIVATE = ("private_data", "secrets")  # codes of steps and problems about what should not be shared
_COLUMNS = {
    "row": "The row's number in the source, counted from 1 without the header.",
    "messages": "The whole conversation, as chat templates and OpenAI's API have it; the last message is the answer to learn.",
    "part": "Which source of the mix the row is from; row numbers count within it.",
    "generated": "True for a row that a program or a language model wrote.",
    "prompt": "What the person writes.",
    "label": "The answer as one of the labels.",
}
_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_TASKS = {"classification": "text-classification"}


def dataset_card(dataset: Dataset, repo: str, licence: str = UNKNOWN) -> str:
    """The card (README.md) of a dataset version. `repo` (owner/name) stands in the loading lines."""
    report = dataset.report
    sections = (
        f"---\n{_front_matter(dataset, licence)}\n---",
        f"# {escape(_source(report))}",
        _introduction(dataset),
        _loading(repo),
        _columns(dataset),
        _splits(dataset),
        _origin(dataset),
        _done(report),
        _left(report),
        _private(report),
        _generated(dataset),
        _licence(licence),
        _limits(dataset),
        f"## How it was made\n\nMade with {STUDIO} on {dataset.created:%d %B %Y} (UTC), dataset version `{dataset.id}`.",
    )
    return "\n\n".join(sections) + "\n"


def features(dataset: Dataset) -> Features:
    """The columns that are published: as stored but for those that hold nothing, and of a classification also `prompt` and `label`."""
    stored = next(dataset.batches(splits_of(dataset)[0])).schema
    found = dict(Features.from_arrow_schema(stored))
    for column in ("tools", "rejected", "part", "generated"):
        if column in found and not dataset.uses(column):
            del found[column]
    if dataset.task == "classification":
        found |= {"prompt": Value("string"), "label": ClassLabel(names=dataset.labels)}
    return Features(found)


def splits_of(dataset: Dataset) -> list[str]:
    """The splits that hold examples, in the order train, validation, test."""
    return [split for split in SPLITS if dataset.counts.get(split)]


def unmasked(report: dict[str, Any]) -> list[tuple[str, int, list[int]]]:
    """Private data and secrets that are still in the data: (title, rows, row numbers of all that were found) of each kind."""
    steps = [step for step in report["steps"] if step["code"] in PRIVATE]
    found = [(step["title"], _rest(step), step["rows"]) for step in steps if _rest(step)]
    known = {(step["code"], step.get("part")) for step in steps}
    return found + [
        (problem["title"], problem["count"], problem["rows"])
        for problem in report["problems"]
        if problem["code"] in PRIVATE and (problem["code"], problem.get("part")) not in known
    ]


def _rest(step: dict[str, Any]) -> int:
    """Rows that a step found and neither mended nor left out."""
    return step["found"] - step["changed"] - step["removed"]


def _source(report: dict[str, Any]) -> str:
    """The names of the source files, without folders."""
    return " + ".join(PurePath(name).name for name in str(report["source"]).split(" + "))


def _front_matter(dataset: Dataset, licence: str) -> str:
    total = sum(dataset.counts.values())
    data = DatasetCardData(
        license=licence,
        task_categories=[_TASKS.get(dataset.task, "text-generation")],
        size_categories=[next((name for size, name in _SIZES if total < size), "n>10M")],
        pretty_name=_source(dataset.report),
        tags=["fine-tuning-studio"],
        configs=[
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": path_of(split)} for split in splits_of(dataset)],
            }
        ],
    )
    splits = SplitDict({name: SplitInfo(name, num_examples=dataset.counts[name]) for name in splits_of(dataset)})
    DatasetInfosDict({"default": DatasetInfo(features=features(dataset), splits=splits)}).to_dataset_card_data(data)
    for split in data["dataset_info"]["splits"]:
        del split["num_bytes"]  # nobody has counted them
    return data.to_yaml().rstrip()


def path_of(split: str) -> str:
    """Where a split lies in the repository."""
    return f"data/{split}.parquet"


def _introduction(dataset: Dataset) -> str:
    goal = {
        "classification": f"answer with one of {amounts.count(len(dataset.labels), 'label')}",
        "chat": "hold a conversation",
        "text": "continue texts",
    }.get(dataset.task, "answer with a text")
    total = amounts.count(sum(dataset.counts.values()), "example")
    return f"{total} to teach a language model to {goal}, cleaned and split into {_listed(splits_of(dataset))}."


def _listed(words: list[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _loading(repo: str) -> str:
    code = f"from datasets import load_dataset\n\ndata = load_dataset({repo!r})"
    return f"## How to load it\n\nWith `pip install datasets`:\n\n```python\n{code}\n```"


def _columns(dataset: Dataset) -> str:
    rows = [["Column", "What it holds"]]
    rows += [[f"`{name}`", _COLUMNS.get(name, "As Fine-Tuning Studio stores it.")] for name in features(dataset)]
    return f"## Columns\n\n{_table(rows)}"


def _splits(dataset: Dataset) -> str:
    splits = splits_of(dataset)
    rows = [["", *(split.capitalize() for split in splits)]]
    rows.append(["Examples", *(f"{dataset.counts[split]:,}" for split in splits)])
    counts = dataset.report["label_counts"]
    rows += [
        [f"Label {escape(label)}", *(f"{counts[split].get(label, 0):,}" for split in splits)]
        for label in dataset.labels
    ]
    rows += [
        [f"Part {escape(name)}", *(f"{part['used'][split]:,}" for split in splits)]
        for name, part in dataset.report.get("parts", {}).items()
    ]
    text = "Keep the test split out of training: it decides whether a model has become better."
    if any(part["weight"] > 1 for part in dataset.report.get("parts", {}).values()):
        text += " Rows of a part with a weight above 1 stand in the training split several times."
    return f"## Splits\n\n{text}\n\n{_table(rows)}"


def _origin(dataset: Dataset) -> str:
    report = dataset.report
    rows = [["", ""]]
    rows.append(["Source", escape(_source(report))])
    rows.append(["Format", escape(str(report["format"]))])
    rows.append(["Rows read", f"{report['rows']:,}"])
    rows.append(["Rows kept", f"{report['kept']:,}"])
    if dataset.spec.system:
        rows.append(["System prompt", escape(dataset.spec.system)])
    rows.append(["Dataset version", f"`{dataset.id}`"])
    rows.append(["SHA-256", f"`{dataset.sha256}`"])
    return f"## Where it came from\n\n{_table(rows)}"


def _done(report: dict[str, Any]) -> str:
    steps = [step for step in report["steps"] if step["changed"] or step["removed"]]
    if not steps:
        return "## What was cleaned\n\nNothing: the rows are as they were in the source."
    rows = [["Step", "Rows found", "Changed", "Left out"]]
    rows += [
        [escape(step["title"]), *(f"{step[name]:,}" for name in ("found", "changed", "removed"))] for step in steps
    ]
    return f"## What was cleaned\n\n{_table(rows)}"


def _left(report: dict[str, Any]) -> str:
    """Problems that nothing was done about. What belongs to private data has its own section."""
    steps = {(step["code"], step.get("part")): step for step in report["steps"]}
    rows = [["Problem", "Rows"]]
    for problem in report["problems"]:
        step = steps.get((problem["code"], problem.get("part")))
        rest = problem["count"] if step is None else _rest(step)
        if rest and problem["code"] not in (
            *PRIVATE,
            "bad_rows",
            "small_data",
        ):  # bad rows are gone, few rows are no fault
            rows.append([escape(problem["title"]), f"{rest:,}"])
    if len(rows) == 1:
        return "## What is still wrong\n\nNothing that was looked for. That does not make every answer right."
    return f"## What is still wrong\n\n{_table(rows)}"


def _private(report: dict[str, Any]) -> str:
    steps = [step for step in report["steps"] if step["code"] in PRIVATE]
    if not steps and not unmasked(report):
        return "## Private data\n\nNobody has looked for private data or secrets in it: read it before you share it further."
    lines = [
        f"- {escape(step['title'])}: found in {amounts.count(step['found'], 'row')}, masked in {step['changed']:,}, "
        f"{step['removed']:,} left out, {_rest(step):,} kept as they are."
        for step in steps
    ]
    if unmasked(report):
        lines.append("\n**It holds private data or secrets.** Do not share it with people who may not know them.")
    else:
        lines.append("\nThey were looked for by a program, which misses some: names and places, for example.")
    return "## Private data\n\n" + "\n".join(lines)


def _generated(dataset: Dataset) -> str:
    count = 0
    for split in splits_of(dataset):
        for batch in dataset.batches(split):
            if "generated" in batch.schema.names:
                count += sum(map(bool, batch.column("generated").to_pylist()))
    if not count:
        return f"## Generated rows\n\nNone: {STUDIO} has written no row of it."
    return (
        f"## Generated rows\n\n{amounts.count(count, 'row')} of the training split {'was' if count == 1 else 'were'} written by a program or a "
        "language model and accepted by a person; the column `generated` marks them."
    )


def _licence(licence: str) -> str:
    if licence == UNKNOWN:
        return (
            "## Licence\n\nUnknown: whoever shared it named none. Ask before you use it, "
            "since without a licence nothing is allowed beyond what the law allows anyway."
        )
    return f"## Licence\n\n`{licence}`, as the person who shared it says. {STUDIO} has not checked it."


def _limits(dataset: Dataset) -> str:
    points = [
        "A model learns what stands here, mistakes and prejudices included.",
        "The rows are as good as their source: cleaning finds what looks wrong, not what is untrue.",
        "It is meant for texts like these; nothing follows from it for others.",
    ]
    if dataset.task == "classification":
        points.append("It knows only the labels above, and no answer for a text that none of them fits.")
    return "## Limits\n\n" + "\n".join(f"- {point}" for point in points)


def _table(rows: list[list[str]]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|{' --- |' * len(rows[0])}", *body])


def is_licence(text: str) -> bool:
    """True for what has the form of the Hub's licence ids, such as `cc-by-4.0`."""
    return re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,60}", text) is not None
