"""Several files, or a folder of them, read as one table."""

from collections.abc import Sequence
from pathlib import Path

from ft_core.data.read.archive_file import is_data
from ft_core.data.read.files import FORMATS, read
from ft_core.data.read.join import join
from ft_core.data.read.refusals import MAX_BYTES, megabytes, too_large
from ft_core.data.table import Table
from ft_core.data.tell import Tell, silent
from ft_core.errors import FTError


def read_all(paths: Sequence[Path], tell: Tell = silent) -> Table:
    """The rows of all files together: columns joined by name, row numbers running on from file to file, which the notes say.

    Raises what `read` and `join` raise, and FTError `data.too_large` for more than MAX_BYTES in all.
    """
    size = sum(path.stat().st_size for path in paths if path.is_file())
    if len(paths) > 1 and size > MAX_BYTES:
        raise too_large("All files together", f"They have {megabytes(size)}; up to {megabytes(MAX_BYTES)} are read.")
    tables = []
    for path in paths:
        tell(f"reading {path.name}")
        tables.append((path.name, read(path)))
    return join(tables)


def files_in(path: Path) -> list[Path]:
    """A file as it is; of a folder, the files directly in it that can be read, by name, without READMEs, licences and hidden files.

    Raises FTError `data.empty` for a folder without any.
    """
    if not path.is_dir():
        return [path]
    found = sorted(
        inner for inner in path.iterdir() if inner.is_file() and inner.suffix.lower() in FORMATS and is_data(inner.name)
    )
    if not found:
        raise FTError(
            "data.empty",
            f"The folder {path.name} holds no data.",
            f"None of the files directly in it ends in one of {', '.join(FORMATS)}.",
            "Put the files with examples into it, or choose a file.",
        )
    return found
