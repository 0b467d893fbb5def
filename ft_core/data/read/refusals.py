"""What readers refuse, and how much is read."""

from ft_core.errors import FTError

MAX_BYTES = 200 * 2**20  # of one file
MAX_UNPACKED = 8 * MAX_BYTES  # of what comes out of a packed one


def empty(name: str, why: str) -> FTError:
    """FTError `data.empty`."""
    return FTError("data.empty", f"{name} is empty.", why, "Choose a file with rows of examples: a hundred or more.")


def unreadable(name: str, why: str) -> FTError:
    """FTError `data.unreadable`."""
    return FTError(
        "data.unreadable", f"{name} cannot be read.", why, "Correct the file there, or save it again as CSV (UTF-8)."
    )
