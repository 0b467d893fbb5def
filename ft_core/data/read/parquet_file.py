"""Parquet files."""

import json
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from ft_core.data.read.refusals import MAX_UNPACKED, unreadable
from ft_core.data.table import Table, clean_cell


def read(path: Path) -> Table:
    """The rows of a Parquet file; label numbers of a Hub dataset become their names. Raises FTError `data.unreadable`."""
    try:
        metadata = parquet.read_metadata(path)
        unpacked = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
        if unpacked > MAX_UNPACKED:
            raise unreadable(
                path.name, f"Unpacked it has {unpacked / 2**20:.0f} MB; up to {MAX_UNPACKED // 2**20} MB are read."
            )
        data = parquet.read_table(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise unreadable(path.name, f"It is not a valid Parquet file: {str(error).rstrip('.')}.") from error
    names = _label_names(data.schema)
    cells = {
        column: [clean_cell(_label(value, names.get(column, []))) for value in values.to_pylist()]
        for column, values in zip(data.column_names, data.columns, strict=True)
    }
    return Table(cells, "parquet", None, [], list(range(1, data.num_rows + 1)))


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
