"""The parts of a zipped office file: whether what they unpack to is more than is read."""

import zipfile
from typing import BinaryIO

from ft_core.data.read.refusals import MAX_UNPACKED, megabytes

_BLOCK = 2**20


def too_much(file: BinaryIO) -> str | None:
    """Why a zipped office file is not read: broken, or larger unpacked than MAX_UNPACKED. By unpacking it: what it says about itself may be a lie."""
    file.seek(0)
    size = 0
    try:
        with zipfile.ZipFile(file) as archive:
            for part in archive.infolist():
                with archive.open(part) as content:
                    while block := content.read(_BLOCK):
                        size += len(block)
                        if size > MAX_UNPACKED:
                            return f"Unpacked it has more than the {megabytes(MAX_UNPACKED)} that are read."
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        return f"It is damaged: {str(error).rstrip('.')}."
    file.seek(0)
    return None
