"""What readers refuse, and how much is read. The limits stand here and nowhere else."""

from ft_core.errors import FTError

MAX_BYTES = 600 * 2**20  # of one file, and of all that comes out of one .gz or .zip
MAX_JSON = 200 * 2**20  # of one JSON value, which is held as a whole while it is read; JSON Lines are read line by line
MAX_UNPACKED = 2 * MAX_BYTES  # of the values of one Parquet file and of the parts of one office file
MAX_FILES = 1_000  # in one .zip
MAX_ROWS = 3_000_000
MAX_COLUMNS = 1_000
MAX_CELLS = 50_000_000  # rows times columns
MAX_TEXT = 5_000_000  # characters of one cell: more than a million tokens


def empty(name: str, why: str) -> FTError:
    """FTError `data.empty`."""
    return FTError("data.empty", f"{name} is empty.", why, "Choose a file with rows of examples: a hundred or more.")


def unreadable(name: str, why: str, fix: str = "Correct the file there, or save it again as CSV (UTF-8).") -> FTError:
    """FTError `data.unreadable`."""
    return FTError("data.unreadable", f"{name} cannot be read.", why, fix)


def too_large(
    name: str, why: str, fix: str = "Choose a smaller file: a few thousand rows are plenty for a first fine-tuning."
) -> FTError:
    """FTError `data.too_large`."""
    return FTError("data.too_large", f"{name} is too large.", why, fix)


def megabytes(size: int) -> str:
    """`600 MB`."""
    return f"{size / 2**20:,.0f} MB"
