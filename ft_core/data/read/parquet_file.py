"""Parquet files."""

import json
from typing import Any, BinaryIO

import pyarrow
from pyarrow import parquet

from ft_core.data.read.refusals import MAX_UNPACKED, megabytes, too_large, unreadable
from ft_core.data.table import BadRows, Table, clean_cell, require_width, too_long

_AGAIN = "Write it again with the program that made it, or save the table as CSV (UTF-8)."


def read(file: BinaryIO, name: str) -> Table:
    """The rows of a Parquet file; label numbers of a Hub dataset become their names. Raises FTError `data.unreadable`, `data.too_large`."""
    try:
        metadata = parquet.read_metadata(file)
        unpacked = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
        require_width(metadata.num_columns)
        if unpacked > MAX_UNPACKED:
            why = f"Unpacked it has {megabytes(unpacked)}; up to {megabytes(MAX_UNPACKED)} are read."
            raise too_large(name, why)
        data = parquet.read_table(file)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        said = str(error).strip().rstrip(".")
        raise unreadable(name, f"It is not a valid Parquet file: {said}.", _AGAIN) from error
    names = _label_names(data.schema)
    cells = {
        column: [clean_cell(_label(value, names.get(column, []))) for value in values.to_pylist()]
        for column, values in zip(data.column_names, data.columns, strict=True)
    }
    return _without_long_rows(cells, data.num_rows)


def _without_long_rows(cells: dict[str, list[Any]], rows: int) -> Table:
    bad: BadRows = []
    for number, row in enumerate(zip(*cells.values(), strict=True), start=1):
        if reason := too_long(row):
            bad.append((number, reason))
    left_out = {number for number, _ in bad}
    numbers = [number for number in range(1, rows + 1) if number not in left_out]
    if left_out:
        cells = {name: [values[number - 1] for number in numbers] for name, values in cells.items()}
    return Table(cells, "parquet", None, bad, numbers)


def _label(value: Any, names: list[str]) -> Any:
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else value


def _label_names(schema: pyarrow.Schema) -> dict[str, list[str]]:
    """Columns whose numbers stand for labels, as the `datasets` library notes them in the file."""
    try:
        features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}")).get("info", {}).get("features", {})
    except ValueError:
        return {}
    return {
        name: feature["names"]
        for name, feature in features.items()
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
    }
