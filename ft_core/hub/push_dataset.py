"""Sharing a dataset version on the Hub: one Parquet file for each split and the card, which the Hub's viewer and `datasets` read.

Neither the report nor the settings go with it: their samples show rows as they were before anything was masked.
"""

from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from ft_core import amounts
from ft_core.data.store import Dataset, example_of
from ft_core.errors import FTError
from ft_core.files import write_text
from ft_core.hub.dataset_card import UNKNOWN, dataset_card, features, is_licence, path_of, splits_of, unmasked
from ft_core.hub.upload import upload
from ft_core.jobs import Progress

# What an earlier push of another version may have left in the repository and this one may not replace.
_OURS = ["data/*.parquet"]
_SHOWN_ROWS = 8


def push_dataset(
    dataset: Dataset,
    repo: str,
    private: bool,
    token: str | None,
    progress: Progress,
    licence: str = UNKNOWN,
    include_private_data: bool = False,
) -> dict[str, Any]:
    """Create the dataset repository `repo` (owner/name) unless it is there and upload the version in one commit.

    Returns {"url", "commit", "repo", "private"}: `private` is what the repository is. Raises FTError `hub.private_data` while private
    data or secrets are known to be in it (unless they are to be included), `hub.licence`, `hub.token`, `hub.name`, `hub.public`
    (private was asked, the repository is public), `data.changed` and what `auth.explain` names.
    """
    if not include_private_data:
        _require_masked(dataset)
    if not is_licence(licence):
        raise FTError(
            "hub.licence",
            "That is not a licence id.",
            f"{licence!r} has not the form of the Hub's ids: small letters, digits, dots and `-`.",
            "Write the Licence as the Hub does, for example cc-by-4.0, mit or apache-2.0 (huggingface.co/docs/hub/repositories-licenses).",
        )
    return upload(
        repo,
        "dataset",
        lambda folder: stage(dataset, repo, folder, licence),
        f"Dataset version {dataset.id}",
        list(_OURS),
        private,
        token,
        progress,
    )


def stage(dataset: Dataset, repo: str, folder: Path, licence: str = UNKNOWN) -> None:
    """Put everything that is pushed into `folder`. Raises FTError `data.changed`."""
    schema = features(dataset).arrow_schema
    for split in splits_of(dataset):
        path = folder / path_of(split)
        path.parent.mkdir(exist_ok=True)
        with parquet.ParquetWriter(path, schema, compression="zstd") as file:
            for batch in dataset.batches(split):
                file.write_table(_published(batch, schema, dataset.labels))
    write_text(folder / "README.md", dataset_card(dataset, repo, licence))


def _published(batch: pyarrow.RecordBatch, schema: pyarrow.Schema, labels: list[str]) -> pyarrow.Table:
    """The columns of `schema` for the rows of a stored batch."""
    table = pyarrow.table(batch)
    if "label" in schema.names:
        examples = [example_of(row) for row in batch.to_pylist()]
        number = {label: place for place, label in enumerate(labels)}
        table = table.append_column("prompt", pyarrow.array([example.prompt_text for example in examples]))
        table = table.append_column("label", pyarrow.array([number[example.answer] for example in examples]))
    return table.select(schema.names).cast(schema)


def _require_masked(dataset: Dataset) -> None:
    found = unmasked(dataset.report)
    if not found:
        return
    said = [f"{title}: {amounts.count(count, 'row')} (row {_numbers(rows)})" for title, count, rows in found]
    raise FTError(
        "hub.private_data",
        "This dataset still holds private data or secrets.",
        f"They were found and kept as they are. {'; '.join(said)}. Nothing was uploaded.",
        "Set Private data and Secrets to mask (`private_data: mask`, `secrets: mask`), prepare the data again and push that version; "
        "or add --include-private-data if everybody who can read it may know them.",
    )


def _numbers(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:_SHOWN_ROWS])) + (", …" if len(rows) > _SHOWN_ROWS else "")
