"""Read an office file in a process of its own, with limits on memory and time.

The libraries for spreadsheets and PDF are native code, and all of them make room for what a file claims to hold: two cells in the
far corners of a sheet are enough to take all memory. Here the worst that such a file can do is to end its own process.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, Literal

import orjson

from ft_core.data.read.refusals import MAX_UNPACKED, unreadable

Kind = Literal["sheet", "docx", "pdf"]

_ROOT = Path(__file__).parents[3]
_MEMORY = 3 * 2**30
_SECONDS, _SECONDS_PER_MEGABYTE = 15, 1
_AGAIN = "Open it in the program that made it and save it again, or save what it holds as CSV or as plain text."


def gather(kind: Kind, file: BinaryIO, name: str) -> dict[str, Any]:
    """What `sheet_file`, `docx_file` or `pdf_file` gathers from an open file of this machine. Raises FTError `data.unreadable`."""
    file.seek(0, 2)
    seconds = _SECONDS + _SECONDS_PER_MEGABYTE * file.tell() // 2**20
    command = [sys.executable, "-m", "ft_core.data.read.apart", kind]
    with tempfile.TemporaryFile() as output:
        try:
            child = subprocess.run(
                command,
                cwd=_ROOT,
                env={"PATH": os.environ.get("PATH", "")},  # no tokens
                stdin=file,
                stdout=output,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise unreadable(name, f"It was not read after {seconds} seconds.", _AGAIN) from error
        output.seek(0, 2)
        size = output.tell()
        if child.returncode or not size:
            why = f"Reading it needs more than {_MEMORY // 2**30} GB of memory, or it is damaged."
            raise unreadable(name, why, _AGAIN)
        if size > MAX_UNPACKED:
            raise unreadable(name, f"What it holds is more than the {MAX_UNPACKED // 2**20} MB that are read.", _AGAIN)
        output.seek(0)
        result = orjson.loads(output.read())
    if "why" in result:
        raise unreadable(name, result["why"], _AGAIN)
    return result


def main(kind: str) -> None:
    """The child: standard input is the file, standard output what it holds, or {"why"} when it cannot be read."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    if kind == "sheet":
        from ft_core.data.read.sheet_file import gathered
    elif kind == "docx":
        from ft_core.data.read.docx_file import gathered
    else:
        from ft_core.data.read.pdf_file import gathered
    sys.stdin.buffer.seek(0)
    sys.stdout.buffer.write(orjson.dumps(gathered(sys.stdin.buffer)))


if __name__ == "__main__":
    main(sys.argv[1])
