"""Records -> Table: whether the first record is a header, and what the columns are called. What CSV, spreadsheets and documents share."""

import re

from ft_core.data.table import BadRows, Table, require_width, too_long

Record = list[str]

# A first row with one of these is a header, also when one of its cells is a value below it (a column `spam` with spam and ham).
HEADER_WORDS = {
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
_LONGEST_NAME = 200
_LOOKED_AT = 1000
_NUMBER = re.compile(r"\s*-?\d+(?:[.,]\d+)?\s*")


def table_of_records(records: list[Record], kind: str, encoding: str | None) -> Table:
    """The table of all records, header first when there is one. Records with another number of fields are left out and listed.

    Raises FTError `data.too_large` for too many columns.
    """
    if not records:
        return Table({}, kind, encoding, [], [])
    require_width(len(records[0]))
    header = has_header(records)
    names = _names(records[0], header)
    width = len(names)
    kept: list[Record] = []
    numbers: list[int] = []
    bad: BadRows = []
    for number, record in enumerate(records[1:] if header else records, start=1):
        reason = too_long(record) if fits(record, width) else _other_width(record, width)
        if reason:
            bad.append((number, reason))
        else:
            kept.append(record)
            numbers.append(number)
    cells = {name: [record[index] for record in kept] for index, name in enumerate(names)}
    return Table(cells, kind, encoding, bad, numbers, header)


def fits(record: Record, width: int) -> bool:
    """As many fields as the header has; further ones may be there when they are empty."""
    return len(record) == width or (len(record) > width and not any(record[width:]))


def _other_width(record: Record, width: int) -> str:
    return f"{len(record):,} field{'s' if len(record) > 1 else ''} instead of {width:,}"


def has_header(records: list[Record]) -> bool:
    """False when a cell of the first record is an ordinary value of its column: a label or a sender that comes again, a number above
    numbers; or is too long for a name.

    A header that is repeated as a whole further down, as in joined files, does not count.
    """
    first, rest = records[0], records[1:]
    if rest and any(len(cell) > _LONGEST_NAME or _is_numeric(rest, index, cell) for index, cell in enumerate(first)):
        return False
    if len(rest) < 2 or len(set(first)) < len(first) or any(cell.strip().lower() in HEADER_WORDS for cell in first):
        return True
    needed = max(2, len(rest) // 1000)
    return not any(
        cell.strip()
        and sum(index < len(record) and record[index] == cell and record != first for record in rest) >= needed
        for index, cell in enumerate(first)
    )


def _is_numeric(rest: list[Record], index: int, cell: str) -> bool:
    """True for a number above nothing but numbers."""
    return _NUMBER.fullmatch(cell) is not None and all(
        index < len(record) and _NUMBER.fullmatch(record[index]) for record in rest[:_LOOKED_AT]
    )


def _names(first: Record, header: bool) -> list[str]:
    """Column names: the header's, made unique; or column_1, column_2, ..."""
    names: dict[str, None] = {}
    for index, cell in enumerate(first, start=1):
        name = cell.strip() if header and cell.strip() else f"column_{index}"
        while name in names:
            name = f"{name}_{index}"
        names[name] = None
    return list(names)
