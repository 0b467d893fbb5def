"""Bytes -> text: which encoding a file is in, and its lines. A large file is never held as one text."""

import codecs
import io
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from charset_normalizer import from_bytes

from ft_core.data.read.refusals import unreadable

_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# What charset-normalizer may answer: what spreadsheets and databases write, not the look-alikes nobody uses.
_LATIN = ["cp1252", "cp1250", "cp1254", "mac_roman"]
_OTHERS = ["cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"]
_ENOUGH = 16  # foreign bytes below which a guess is no better than Windows' own encoding
MIXED = "utf-8 and cp1252"  # files joined from two programs
_SAMPLE = 100_000
_BLOCK = 2**20
_NO_CONTROLS = bytes(byte for byte in range(256) if byte >= 32 or byte in b"\t\n\v\f\r\x1a\x1b")
_MOST_CONTROLS = 0.02  # of the bytes of a text; of random ones a tenth are
_FEW_CONTROLS = 16  # some strays say nothing
_ONE_CONTROL = 0.9  # of all: it stands between the columns


def detect(file: BinaryIO) -> str:
    """The encoding of a text file, by Python's name or MIXED: byte-order mark, UTF-8, then a guess. Reads from the beginning."""
    file.seek(0)
    head = file.read(_SAMPLE)
    marked = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), None)
    if marked:
        return marked
    if head.count(0) > len(head) // 4:
        return "utf-16-be" if head[0::2].count(0) > head[1::2].count(0) else "utf-16-le"
    return "utf-8" if _is_utf8(file) else _guess(file)


def lines(file: BinaryIO, encoding: str, name: str, end: str = "") -> Iterator[str]:
    """The file's lines from its beginning, each with the line end it has; `end` as `newline` of `open`: "" any, "\\n" only that.

    Raises FTError `data.unreadable` for bytes that break the encoding, and for what is no text at all.
    """
    file.seek(0)
    head = file.read(_SAMPLE)
    wide = encoding.startswith(("utf-16", "utf-32"))  # half of the bytes or more are zero
    controls = b"" if wide else head.translate(None, _NO_CONTROLS)
    if len(controls) > max(_FEW_CONTROLS, len(head) * _MOST_CONTROLS):
        [(control, times)] = Counter(controls).most_common(1)
        if control and times >= _ONE_CONTROL * len(controls):
            raise unreadable(
                name,
                f"Its columns seem to be divided by the control character {control:#04x}, which no format here has.",
                "Save it with commas or tabs between the columns.",
            )
        raise unreadable(
            name,
            "It is not a text: many of its bytes are control characters, as in a picture, a program or an encrypted file.",
            "Open it in the program that made it, and save what it holds as CSV (UTF-8) or as an Excel file.",
        )
    file.seek(0)
    if encoding == MIXED:
        blocks = io.BytesIO(b"".join(_decode_line(line).encode() for line in file))
        yield from lines(blocks, "utf-8", name, end)
        return
    text = io.TextIOWrapper(file, encoding, newline=end)
    try:
        for line in text:  # noqa: UP028 - ending `yield from` early would close the file
            yield line
    except UnicodeDecodeError as error:
        raise unreadable(name, f"Its bytes are not valid {encoding.upper()}: {error.reason}.") from error
    finally:
        if not file.closed:  # an error on its way up keeps these lines longer than the file is open
            text.detach()


def shown(encoding: str) -> str:
    """The encoding's name for people: a mark at the beginning makes no other encoding."""
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guess(file: BinaryIO) -> str:
    """By the lines that hold foreign bytes: lines of plain ASCII say nothing about the encoding and only cost time."""
    file.seek(0)
    telling = b""
    whole = broken = 0
    for block in file:
        for line in block.splitlines():
            if line.isascii():
                continue
            if _line_is_utf8(line):
                whole += 1
            else:
                broken += 1
            if len(telling) < _SAMPLE:
                telling += line[:_SAMPLE] + b"\n"
    if whole > broken:
        return MIXED
    telling = telling[:_SAMPLE]
    foreign = sum(byte > 127 for byte in telling)
    latin = foreign * 4 < len(telling)  # other scripts have few ASCII letters
    best = from_bytes(telling, cp_isolation=_LATIN if latin else _OTHERS).best() if foreign >= _ENOUGH else None
    if best is None:
        return "cp1252" if latin else "latin-1"
    # Windows' own name where another of its family would read the very same.
    alike = latin and telling.decode(best.encoding, "replace") == telling.decode("cp1252", "replace")
    return "cp1252" if alike else best.encoding


def _line_is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def _decode_line(line: bytes) -> str:
    return line.decode("utf-8") if _line_is_utf8(line) else line.decode("cp1252", "replace")
