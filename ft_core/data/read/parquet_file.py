"""Parquet files."""

import json
from pathlib import Path

import pyarrow
from pyarrow import parquet

from ft_core.data.table import MAX_UNPACKED, Table, table_of, unreadable


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
        rows = data.to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise unreadable(path.name, f"It is not a valid Parquet file: {str(error).rstrip('.')}.") from error
    for column, names in _label_names(data.schema).items():
        for row in rows:
            if isinstance(row[column], int) and 0 <= row[column] < len(names):
                row[column] = names[row[column]]
    table = table_of(enumerate(rows, start=1), [], "parquet", None)
    return table if rows else Table({name: [] for name in data.column_names}, "parquet", None)


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
