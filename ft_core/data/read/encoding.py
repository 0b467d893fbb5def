"""Bytes -> text: which encoding a file is in."""

from charset_normalizer import from_bytes

from ft_core.data.read import foreign
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
_MIXED = "utf-8 and cp1252"  # files joined from two programs
_SAMPLE = 100_000


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Bytes -> text and the name of its encoding: byte-order mark, UTF-8, then a guess.

    Raises FTError `data.unreadable`, or `data.format` for a file that is no text.
    """
    refusal = foreign.by_content(data, name)
    if refusal:
        raise refusal
    encoding = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None) or _guess(data)
    if encoding == _MIXED:
        return "".join(_decode_line(line) for line in data.splitlines(keepends=True)), _MIXED
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable(name, f"Byte {error.start + 1} is not valid {encoding.upper()}.") from error
    return text, "utf-8" if encoding == "utf-8-sig" else encoding


def _guess(data: bytes) -> str:
    head = data[:_SAMPLE]
    if head.count(0) > len(head) // 4:
        return "utf-16-be" if head[0::2].count(0) > head[1::2].count(0) else "utf-16-le"
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    # Lines of plain ASCII say nothing about the encoding and only cost time.
    lines = [line for line in data.splitlines() if not line.isascii()]
    if sum(_is_utf8(line) for line in lines) * 2 > len(lines):
        return _MIXED
    telling = b"\n".join(lines)[:_SAMPLE]
    foreign = sum(byte > 127 for byte in telling)
    latin = foreign * 4 < len(telling)  # other scripts have few ASCII letters
    best = from_bytes(telling, cp_isolation=_LATIN if latin else _OTHERS).best() if foreign >= _ENOUGH else None
    return best.encoding if best else "cp1252" if latin else "latin-1"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def _decode_line(line: bytes) -> str:
    return line.decode("utf-8") if _is_utf8(line) else line.decode("cp1252", "replace")
