"""Two dataset versions side by side, compared beside the page."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from ft_core import amounts
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.ui import command, show, uploads
from ft_core.ui.shared import QUIET, Shared
from ft_core.workspace import Workspace

MOST_ROWS = 200_000  # of one version: more take a minute, and all the memory of a small machine
KINDS = {"only_first": "Only in the first", "only_second": "Only in the second", "changed": "Changed", "moved": "Moved"}
_SPLITS = {"train": "Training", "validation": "Validation", "test": "Test"}


def build(shared: Shared, compare: gr.Button, other: gr.Dropdown) -> gr.Column:
    """Components, then events; `compare` is pressed to compare the selected version with `other`. Gives back what holds the result."""
    comparing = gr.HTML(visible=False, elem_classes="looking")
    not_compared = gr.Markdown(visible=False, elem_classes=["notice", "bad"])
    with gr.Column(visible=False, elem_id="data-comparison") as comparison:
        words = gr.Markdown(elem_id="data-comparison-words")
        with gr.Row():
            counts = gr.Dataframe(interactive=False, wrap=True, buttons=[], label="Examples")
            problems = gr.Dataframe(interactive=False, wrap=True, buttons=[], label="Problems found: rows")
        settings = gr.Dataframe(interactive=False, wrap=True, buttons=[], label="Settings that differ")
        changes = gr.Dataframe(
            interactive=False, wrap=True, buttons=[], label="Some of the rows that differ", max_height=420,
            column_widths=["110px", "60px", "110px", "330px", "330px"], elem_id="data-compared-rows",
        )  # fmt: skip

    compare.click(
        shared.private(compare_versions),
        [shared.dataset_id, other],
        [comparing, not_compared, comparison, words, counts, problems, settings, changes],
        concurrency_limit=2,
        **QUIET,
    )
    return comparison


def compare_versions(workspace: Workspace, dataset_id: str, other: str | None) -> Iterator[Any]:
    """How the selected version differs from another, in the order (progress, refusal, comparison, words, counts, problems, settings, rows).

    The older one is the first. Raises FTError `dataset.missing` and `data.too_large`.
    """
    if not other:
        raise FTError(
            "dataset.missing",
            "There is nothing to compare with.",
            "Compare with is empty.",
            "Choose a version in Compare with; prepare the data with other settings to have a second one.",
        )
    pair = [uploads.required_dataset(workspace, dataset_id), Dataset.open(workspace.dataset(other))]
    first, second = sorted(pair, key=lambda dataset: dataset.created)
    for dataset in pair:
        _require_comparable(dataset)
    hidden = gr.update(visible=False)
    began = time.monotonic()
    try:
        for said in command.run(["compare", str(first.folder), str(second.folder)]):
            if isinstance(said, dict):
                yield hidden, hidden, gr.update(visible=True), *_compared(first, second, said)
                return
            words = show.waiting("comparing", time.monotonic() - began)
            yield gr.update(value=words, visible=True), hidden, *[gr.skip()] * 6
    except FTError as error:
        yield hidden, gr.update(value=show.problem(error), visible=True), hidden, *[gr.skip()] * 5


def _require_comparable(dataset: Dataset) -> None:
    rows = sum(dataset.counts.values())
    if rows > MOST_ROWS:
        raise FTError(
            "data.too_large",
            "These versions are too large to be compared here.",
            f"Version {dataset.id} has {rows:,} rows; the page compares at most {MOST_ROWS:,}.",
            "Compare them on your own computer: python -m ft_core compare FIRST SECOND.",
        )


def file_of(dataset: Dataset) -> str:
    """The file of a version, as the person knows it."""
    return uploads.titled(dataset.report["source"])


def title_of(dataset: Dataset) -> str:
    """A version in one line: id, rows, file."""
    return f"{dataset.id} · {amounts.count(sum(dataset.counts.values()), 'row')} · {file_of(dataset)}"


def _compared(first: Dataset, second: Dataset, found: dict[str, Any]) -> list[Any]:
    """Words, counts, problems, settings and rows of a comparison."""
    how = "by their row in the file" if found["matched_by"] == "row" else "by their text: the files are not the same"
    moved = sum(found["moved"].values())
    words = (
        f"First: {show.plain(title_of(first))}\n\nSecond: {show.plain(title_of(second))}\n\n"
        f"**{amounts.count(found['same'], 'row')}** the same · {found['changed']:,} changed · {found['only_first']:,} only in the first · "
        f"{found['only_second']:,} only in the second · {moved:,} in another split. Rows were matched {how}."
    )
    counts = [[_SPLITS[split], *_numbers(pair)] for split, pair in found["counts"].items()]
    counts += [[f"Label {label}", *_numbers(pair)] for label, pair in found["labels"].items()]
    problems = [[row["title"], *_numbers((row["first"], row["second"]))] for row in found["problems"]]
    settings = [[row["title"], _value(row["first"]), _value(row["second"])] for row in found["settings"]]
    rows = [_row(kind, row) for kind in KINDS for row in found["rows"].get(kind, [])]
    sides = ["First", "Second"]
    return [
        words,
        {"headers": ["Examples", *sides], "data": counts},
        gr.update(value={"headers": ["Problem", *sides], "data": problems}, visible=bool(problems)),
        gr.update(value={"headers": ["Setting", *sides], "data": settings}, visible=bool(settings)),
        gr.update(value={"headers": ["What", "Row", "Split", *sides], "data": rows}, visible=bool(rows)),
    ]


def _numbers(pair: Any) -> list[str]:
    return [f"{number:,}" for number in pair]


def _value(value: Any) -> str:
    """A setting as a person reads it: names of files as they know them."""
    if value in (None, [], {}, ""):
        return "–"
    if isinstance(value, dict):
        value = [f"{key}: {word}" for key, word in value.items()]
    if isinstance(value, list):
        return uploads.titled(", ".join(value)) if isinstance(value[0], str) else f"{len(value):,} of them"
    return uploads.titled(str(value))


def _row(kind: str, row: dict[str, Any]) -> list[Any]:
    """What differs, the row's number, its split, and it in the first and in the second version."""
    first = row.get("first", row if kind == "only_first" else None)
    second = row.get("second", row if kind == "only_second" else None)
    there = second or first or {}
    splits = list(dict.fromkeys(_SPLITS[one["split"]] for one in (first, second) if one))
    return [KINDS[kind], there["row"], " → ".join(splits), _text(first), _text(second)]


def _text(row: dict[str, Any] | None) -> str:
    return f"{row['prompt']} → {row['answer']}" if row else ""
