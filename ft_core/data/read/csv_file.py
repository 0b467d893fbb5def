"""CSV and its relatives: which delimiter, whether quotes mean anything."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO

from ft_core.data.read import encoding as encodings
from ft_core.data.read.records import Record, fits, table_of_records
from ft_core.data.read.refusals import MAX_BYTES, MAX_TEXT, too_large
from ft_core.data.table import Table, require_length

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 200_000

_DECLARED = re.compile(r'"?sep=([,;|\t])"?\r?\n?', re.IGNORECASE)
_SPACED = re.compile(r'"[,;|] +"')
_END = "\ue000end of file\ue000"
# Lines that may be read again because of quotes that are never closed, before each line is taken alone: a few times the file's lines.
_READ_AGAIN, _READ_AGAIN_LEAST = 3, 20_000


def read(file: BinaryIO, name: str) -> Table:
    """The rows of a text with delimiters. Rows with another number of fields than the header are left out and listed.

    Raises FTError `data.unreadable`, `data.too_large`.
    """
    encoding = encodings.detect(file)
    first = next(encodings.lines(file, encoding, name), "")
    if len(first) > 2 * MAX_TEXT:
        why = f"Its first line has {len(first):,} characters; up to {2 * MAX_TEXT:,} are read."
        raise too_large(name, why, "Check that each row ends with a line end.")
    beginning = sample(encodings.lines(file, encoding, name))
    declared = _DECLARED.fullmatch(beginning[0]) if beginning else None  # Excel's own first line, for example `sep=;`
    skipped = 1 if declared else 0
    delimiter = declared[1] if declared else sniff(beginning, tab_first=not name.lower().endswith(".csv"))[0]
    records = _records(file, encoding, name, delimiter, skipped)
    return table_of_records(records, "tsv" if delimiter == "\t" else "csv", encodings.shown(encoding))


def sniff(lines: list[str], tab_first: bool) -> tuple[str, float, int]:
    """The delimiter under which most records of these lines have as many fields as the first; more fields win a tie.

    With it the share of such records, and their number of fields (0 when no delimiter makes two).
    """
    order = ("\t", ",", ";", "|") if tab_first else _DELIMITERS
    best = (order[0], 0.0, 0)
    for delimiter in order:
        records = _parse(lines, delimiter)
        width = len(records[0]) if records else 0
        if width < 2:
            continue
        score = (round(sum(len(record) == width for record in records) / len(records), 2), width)
        if score > best[1:]:
            best = (delimiter, *score)
    return best


def sample(lines: Iterable[str]) -> list[str]:
    """The lines of the beginning; of one endless line, its beginning."""
    found: list[str] = []
    size = 0
    for line in lines:
        found.append(line[:_SAMPLE])
        size += len(line)
        if size > _SAMPLE:
            break
    return found


def _records(file: BinaryIO, encoding: str, name: str, delimiter: str, skipped: int) -> list[Record]:
    """Records with quotes as CSV has them; without, when stray quotes would swallow line ends of a file that is regular line by line."""

    def lines() -> Iterator[str]:
        return islice(encodings.lines(file, encoding, name), skipped, None)

    quoted = _parse_regular(lines(), delimiter)
    if quoted is None:
        quoted = _parse(list(lines()), delimiter)
    if not quoted:
        return []
    width = len(quoted[0])
    suspicious = any(len(record) != width or any("\n" in cell or "\r" in cell for cell in record) for record in quoted)
    if suspicious and width > 1:
        plain = _parse_plain(lines(), delimiter, width)
        if plain and len(plain) > len(quoted):
            return plain
    return quoted


def _parse_regular(lines: Iterator[str], delimiter: str) -> list[Record] | None:
    """All records that are not blank, in one go; None when a quote that is never closed may have swallowed lines."""
    first = next(lines, None)
    if first is None:
        return []
    reader = _reader(chain(_ended(chain([first], lines)), [_END]), delimiter, first)
    records: list[Record] = []
    before = 0
    last: Record = []
    for last in reader:
        broken = reader.line_num - before > 1 and records and not fits(last, len(records[0]))
        if broken:
            return None
        before = reader.line_num
        if not _is_blank(last):
            records.append(last)
            require_length(len(records))
    return records[:-1] if last == [_END] else None


def _parse(lines: list[str], delimiter: str) -> list[Record]:
    """All records that are not blank. Where a quote is never closed, the line it is in becomes a record of one field, and the next ones are read on."""
    if not lines:
        return []
    ended = [*_ended(lines), _END]
    allowed = max(_READ_AGAIN * len(ended), _READ_AGAIN_LEAST)
    records: list[Record] = []
    start = 0
    while start < len(ended) and allowed > 0:
        reader = _reader((ended[index] for index in range(start, len(ended))), delimiter, lines[0])
        base = start
        for record in reader:
            after = base + reader.line_num
            broken = after - start > 1 and (after == len(ended) or (records and not fits(record, len(records[0]))))
            if broken:
                allowed -= after - start
                records.append([ended[start]])
                start += 1
                break
            if not _is_blank(record):
                records.append(record)
                require_length(len(records))
            start = after
    if start == len(ended):
        return records[:-1]
    return records + _parse_alone(ended[start:-1], delimiter)


def _parse_alone(lines: list[str], delimiter: str) -> list[Record]:
    """A record of each line that is not blank: no quote goes on in the next one."""
    records = (next(csv.reader((line,), delimiter=delimiter)) for line in lines)
    return [record for record in records if not _is_blank(record)]


def _parse_plain(lines: Iterator[str], delimiter: str, width: int) -> list[Record] | None:
    """All records that are not blank, with quotes as ordinary characters; None when one has not `width` fields."""
    records: list[Record] = []
    for record in csv.reader(_ended(lines), delimiter=delimiter, quoting=csv.QUOTE_NONE):
        if _is_blank(record):
            continue
        if len(record) != width:
            return None
        records.append(record)
    return records


def _reader(lines: Iterable[str], delimiter: str, first: str):
    csv.field_size_limit(MAX_BYTES)  # the library's 128 kB is less than one long document
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=_SPACED.search(first) is not None)


def _ended(lines: Iterable[str]) -> Iterator[str]:
    """Each line with a line end, the last one too."""
    for line in lines:
        yield line if line.endswith(("\n", "\r")) else line + "\n"


def _is_blank(record: Record) -> bool:
    return not any(cell and not cell.isspace() for cell in record)
