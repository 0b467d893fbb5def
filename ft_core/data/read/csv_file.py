"""CSV and its relatives: which delimiter, whether quotes mean anything, whether there is a header."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

from ft_core.data.table import BadRows, Row, Table, table_of

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 200_000
_FIELD_LIMIT = 2**27

_DECLARED = re.compile(r'"?sep=([,;|\t])"?\r?\n', re.IGNORECASE)
_SPACED = re.compile(r'"[,;|] +"')
_END = "\ue000end of file\ue000"
# A first row with one of these is a header, also when one of its cells is a value below it (a column `spam` with spam and ham).
_HEADER_WORDS = {
    "id",
    "text",
    "message",
    "prompt",
    "question",
    "query",
    "answer",
    "response",
    "label",
    "category",
    "class",
    "intent",
    "input",
    "output",
}

Record = list[str]


def read(text: str, encoding: str, path: Path) -> Table:
    """The rows of a text with delimiters. Rows with another number of fields than the header are left out and listed."""
    declared = _DECLARED.match(text)  # Excel's own first line, for example `sep=;`
    text = text[declared.end() :] if declared else text
    delimiter = declared[1] if declared else _delimiter(text, tab_first=path.suffix.lower() != ".csv")
    records = _records(text, delimiter)
    header = _has_header(records)
    names = _names(records[0], header)
    rows: list[tuple[int, Row]] = []
    bad: BadRows = []
    for number, record in enumerate(records[1:] if header else records, start=1):
        if _fits(record, len(names)):
            rows.append((number, dict(zip(names, record, strict=False))))
        else:
            bad.append((number, f"{len(record)} field{'s' if len(record) > 1 else ''} instead of {len(names)}"))
    return table_of(rows, bad, "tsv" if delimiter == "\t" else "csv", encoding, header, names)


def _parse(text: str, delimiter: str, quoting: bool) -> list[Record]:
    """All records that are not blank. Where a quote is never closed, the line it is in becomes a record of one field, and the next ones are read on."""
    csv.field_size_limit(_FIELD_LIMIT)  # the library's 128 kB is less than one long document
    lines = [*io.StringIO(text + "\n", newline=""), _END]
    spaced = quoting and _SPACED.search(lines[0]) is not None
    records: list[Record] = []
    start = 0
    while start < len(lines):
        reader = csv.reader(
            lines[start:],
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE,
            skipinitialspace=spaced,
        )
        base = start
        for record in reader:
            after = base + reader.line_num
            broken = after - start > 1 and (after == len(lines) or (records and not _fits(record, len(records[0]))))
            if broken:
                records.append([lines[start]])
                start += 1
                break
            records.append(record)
            start = after
    return [record for record in records[:-1] if any(cell.strip() for cell in record)]


def _fits(record: Record, width: int) -> bool:
    """As many fields as the header has; further ones may be there when they are empty."""
    return len(record) >= width and not any(record[width:])


def _records(text: str, delimiter: str) -> list[Record]:
    """Records with quotes as CSV has them; without, when stray quotes would swallow line ends of a file that is regular line by line."""
    quoted = _parse(text, delimiter, quoting=True)
    if '"' not in text:
        return quoted
    width = len(quoted[0])
    suspicious = any(len(record) != width or any("\n" in cell or "\r" in cell for cell in record) for record in quoted)
    if suspicious and width > 1:
        plain = _parse(text, delimiter, quoting=False)
        if len(plain) > len(quoted) and all(len(record) == width for record in plain):
            return plain
    return quoted


def _delimiter(text: str, tab_first: bool) -> str:
    """The delimiter under which most records of the beginning have as many fields as the first; more fields win a tie."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    order = ("\t", ",", ";", "|") if tab_first else _DELIMITERS
    best, best_score = order[0], (0.0, 0)
    for delimiter in order:
        records = _parse(sample, delimiter, quoting=True)
        width = len(records[0]) if records else 0
        if width < 2:
            continue
        score = (round(sum(len(record) == width for record in records) / len(records), 2), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _has_header(records: list[Record]) -> bool:
    """False when a cell of the first record is also an ordinary value below it: a label, a sender.

    A header that is repeated as a whole further down, as in joined files, does not count.
    """
    first, rest = records[0], records[1:]
    if len(rest) < 2 or len(set(first)) < len(first) or any(cell.strip().lower() in _HEADER_WORDS for cell in first):
        return True
    needed = max(2, len(rest) // 1000)
    counts = Counter(
        (index, cell)
        for record in rest
        if record != first
        for index, cell in enumerate(record[: len(first)])
        if cell == first[index]
    )
    return not any(count >= needed and cell.strip() for (_, cell), count in counts.items())


def _names(first: Record, header: bool) -> list[str]:
    """Column names: the header's, made unique; or column_1, column_2, ..."""
    names: list[str] = []
    for index, cell in enumerate(first, start=1):
        name = cell.strip() if header and cell.strip() else f"column_{index}"
        names.append(name if name not in names else f"{name}_{index}")
    return names
