"""Spreadsheets: Excel (.xlsx, .xlsm, .xls, .xlsb) and OpenDocument (.ods)."""

from datetime import datetime
from typing import Any, BinaryIO

from ft_core.data.read import apart
from ft_core.data.read.parts import too_much
from ft_core.data.read.records import Record, table_of_records
from ft_core.data.read.refusals import MAX_CELLS
from ft_core.data.table import Table, with_notes

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read(file: BinaryIO, name: str, kind: str) -> Table:
    """The rows of the first sheet that has any; which other sheets have rows is noted. `kind` is what the table's format is called.

    Dates are written as 2026-01-31, whole numbers without `.0`. Raises FTError `data.unreadable`, `data.too_large`.
    """
    found = apart.gather("sheet", file, name)
    table = table_of_records(found["records"], kind, None)
    others = found["others"]
    if others:
        named = ", ".join(f"`{other}`" for other in others)
        return with_notes(table, f"Sheet `{found['sheet']}` of {name} is read; not read: {named}.")
    return table


def gathered(file: BinaryIO) -> dict[str, Any]:
    """{"sheet", "others", "records"}: the name of the first sheet with rows below a header, of the others that have rows, and the first's rows.

    {"why"} for what is no spreadsheet. In the child process of `apart`.
    """
    import python_calamine

    head = file.read(4)
    file.seek(0)
    if head.startswith(b"PK"):
        if why := too_much(file):
            return {"why": why}
    elif _ENCRYPTED in file.read():
        return {"why": "It has a password."}
    file.seek(0)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(file)
        names = workbook.sheet_names
        sheets = [workbook.get_sheet_by_index(index) for index in range(len(names))]
    except python_calamine.PasswordError:
        return {"why": "It has a password."}
    except (python_calamine.CalamineError, OSError) as error:
        return {"why": f"It is not a valid spreadsheet: {str(error).rstrip('.')}."}
    if any(sheet.height * sheet.width > MAX_CELLS for sheet in sheets):
        return {"why": f"One of its sheets has more than the {MAX_CELLS:,} cells that are read, most of them empty."}
    full = [index for index, sheet in enumerate(sheets) if sheet.height > 1]
    chosen = full[0] if full else next((index for index, sheet in enumerate(sheets) if sheet.height), None)
    records = _records(sheets[chosen].to_python()) if chosen is not None else []
    others = [name for index, name in enumerate(names) if index != chosen and sheets[index].height]
    return {"sheet": names[chosen] if chosen is not None else "", "others": others, "records": records}


def _records(rows: list[list[Any]]) -> list[Record]:
    """Rows that are not blank as texts, without the columns that are empty from top to bottom."""
    records = [[_text(value) for value in row] for row in rows if any(value != "" for value in row)]
    used = [index for index in range(len(records[0])) if any(record[index] for record in records)] if records else []
    return [[record[index] for index in used] for record in records]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
