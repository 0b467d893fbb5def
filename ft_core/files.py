"""Files that a killed process or a full disk leaves whole: JSON is replaced atomically, JSONL is appended and its torn lines are ignored."""

import json
import os
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import orjson

T = TypeVar("T")


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by `value` as JSON, whole or not at all, also across a power cut."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text`, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path) -> Any:
    """The value in `path`, or None when there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def append_line(path: Path, row: dict[str, Any]) -> None:
    """Append one row to a JSONL file, first ending a line that a killed process left torn."""
    data = (json.dumps(row, ensure_ascii=False) + "\n").encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab+") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                data = b"\n" + data
        file.write(data)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSONL file. Torn lines (of a process killed while it wrote) are left out."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    yield from _rows(data)


class Growing:
    """JSONL files that are only appended to: what was read before is not read again. At most `files` of them are kept, for all threads."""

    def __init__(self, files: int = 64) -> None:
        self.files = files
        self._kept: OrderedDict[Path, tuple[int, int, list[dict[str, Any]]]] = OrderedDict()
        self._lock = Lock()

    def read(self, path: Path) -> list[dict[str, Any]]:
        """What `read_lines` gives. Another file in its place, or one cut short, is read from its beginning."""
        with self._lock:
            try:
                file = open(path, "rb")  # noqa: SIM115 (closed below)
            except FileNotFoundError:
                self._kept.pop(path, None)
                return []
            with file:
                status = os.fstat(file.fileno())
                inode, read, rows = self._kept.pop(path, (0, 0, []))
                if inode != status.st_ino or status.st_size < read:
                    read, rows = 0, []
                file.seek(read)
                data = file.read()
            whole = data[: data.rfind(b"\n") + 1]
            rows = [*rows, *_rows(whole)]
            self._kept[path] = status.st_ino, read + len(whole), rows
            if len(self._kept) > self.files:
                self._kept.popitem(last=False)
        return [*rows, *_rows(data[len(whole) :])]


def _rows(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.splitlines():
        try:
            row = orjson.loads(line)  # a live page reads thousands of lines: four times as fast as json
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row


def remembered(read: Callable[[Path], T]) -> Callable[[Path], T]:
    """`read`, asked again only once its file has changed: many pages look at the same run every two seconds. Nobody may change what it gives.

    What it raises is not remembered.
    """

    @lru_cache(maxsize=64)
    def found(path: Path, _state: tuple[int, int, int]) -> T:
        return read(path)

    @wraps(read)
    def asked(path: Path) -> T:
        try:
            status = path.stat()
        except OSError:
            return read(path)
        return found(path, (status.st_ino, status.st_size, status.st_mtime_ns))

    return asked


def last_lines(path: Path, lines: int) -> list[str]:
    """The last lines of a text file, of its last 64 kB at most; none when there is no such file."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 65536))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[-lines:]


def sync_folder(folder: Path) -> None:
    """Make names that were made, changed or removed in `folder` outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
