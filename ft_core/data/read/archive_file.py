"""Packed files, .gz and .zip: what is inside, unpacked to temporary files without a name, never more than is read of one file."""

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from ft_core.data.read.refusals import MAX_BYTES, MAX_FILES, empty, megabytes, too_large, unreadable
from ft_core.errors import FTError

_BLOCK = 2**20
_AGAIN = "Pack it again, or choose the file that is inside."
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
_NO_DATA = ("readme", "license", "licence", "notice", "changelog")


@contextmanager
def unpacked(file: BinaryIO, name: str) -> Iterator[tuple[str, BinaryIO]]:
    """The file in a .gz, and its name. Raises FTError `data.unreadable`, `data.too_large`."""
    file.seek(0)
    inner = Path(name).stem if name.lower().endswith(".gz") else name
    with tempfile.TemporaryFile() as target:
        _copy(gzip.GzipFile(fileobj=file), target, MAX_BYTES, name)
        yield inner, target


@contextmanager
def opened(file: BinaryIO, name: str) -> Iterator[zipfile.ZipFile]:
    """A .zip, for `members` and `member`. Raises FTError `data.unreadable`."""
    file.seek(0)
    with _told(name):
        archive = zipfile.ZipFile(file)
    with archive:
        yield archive


def members(archive: zipfile.ZipFile, name: str) -> list[str]:
    """The names of the files inside that may hold rows, in order: no folders, hidden files, READMEs or licences.

    Raises FTError `data.too_large` for more than MAX_FILES.
    """
    found = sorted(info.filename for info in archive.infolist() if not info.is_dir() and is_data(info.filename))
    if len(found) > MAX_FILES:
        fix = "Pack fewer files, or put their rows into one."
        raise too_large(name, f"{len(found):,} files are inside; up to {MAX_FILES:,} are read.", fix)
    return found


@contextmanager
def member(archive: zipfile.ZipFile, path: str, name: str, left: int) -> Iterator[BinaryIO]:
    """One file of a .zip that is called `name`. Raises FTError `data.unreadable`, and `data.too_large` for more than `left` bytes."""
    with tempfile.TemporaryFile() as target:
        with _told(name):
            content = archive.open(path)
        with content:
            _copy(content, target, left, name)
        yield target


def is_data(path: str) -> bool:
    """False for what comes with data and is none: hidden files, READMEs, licences."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts
    return bool(parts) and not hidden and not parts[-1].lower().startswith(_NO_DATA)


def last_name(path: str) -> str:
    """`data/a.csv` -> `a.csv`: for people to read, never a place on a disk."""
    return PurePosixPath(path.replace("\\", "/")).name


def nested(name: str, inner: str) -> FTError:
    """FTError `data.format` for a packed file in a packed file."""
    return FTError(
        "data.format",
        f"{name} cannot be read.",
        f"{inner} inside it is packed, too: only one layer is unpacked.",
        "Unpack it, then choose the file that holds the rows.",
    )


def nothing_inside(name: str, others: list[str]) -> FTError:
    """FTError `data.empty` for an archive without a file that is read."""
    return empty(
        name, f"None of the files inside can be read: {', '.join(others[:5])}." if others else "No file is inside."
    )


def _copy(content: IO[bytes] | gzip.GzipFile, target: BinaryIO, allowed: int, name: str) -> None:
    size = 0
    while True:
        with _told(name):
            block = content.read(_BLOCK)
        if not block:
            break
        size += len(block)
        if size > allowed:
            raise too_large(name, f"Unpacked it has more than the {megabytes(MAX_BYTES)} that are read.")
        target.write(block)
    target.seek(0)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What the unpackers raise of a broken file, in words. Writing is done elsewhere: a full disk is no damage."""
    try:
        yield
    except _BROKEN as error:
        raise _broken(name, error) from error


def _broken(name: str, error: Exception) -> FTError:
    if isinstance(error, RuntimeError) and "password" in str(error):
        return unreadable(name, "It has a password.", "Unpack it, then choose the file that is inside.")
    return unreadable(name, f"It is damaged: {str(error).strip().rstrip('.') or type(error).__name__}.", _AGAIN)
