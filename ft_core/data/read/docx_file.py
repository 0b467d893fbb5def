"""Word documents (.docx): paragraphs as rows of text; a document that is one table, as that table."""

from typing import Any, BinaryIO

from ft_core.data.read import apart
from ft_core.data.read.parts import too_much
from ft_core.data.read.records import table_of_records
from ft_core.data.table import Table, table_of, with_notes


def read(file: BinaryIO, name: str) -> Table:
    """One row a paragraph, and one a table's row, its cells joined by ` | `. When most rows stand in one table, that table alone.

    Raises FTError `data.unreadable`, `data.too_large`.
    """
    found = apart.gather("docx", file, name)
    records, texts = found["records"], found["texts"]
    if records:
        table = table_of_records(records, "docx", None)
        note = f"The table in {name} is read; not read: the text outside of it."
        return with_notes(table, note) if texts else table
    rows = ((number, {"text": text}) for number, text in enumerate(texts, start=1))
    return table_of(rows, [], "docx", None, header=False, columns=["text"])


def gathered(file: BinaryIO) -> dict[str, Any]:
    """{"records", "texts"}: the rows of the one table that the document is, and its texts; {"why"} for what is no document.

    In the child process of `apart`.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from docx.table import Table as WordTable
    from lxml.etree import LxmlError

    if why := too_much(file):
        return {"why": why}
    try:
        blocks = list(docx.Document(file).iter_inner_content())
    except (OpcError, LxmlError, KeyError, ValueError, AttributeError, IndexError) as error:
        return {"why": f"It is not a valid Word document: {type(error).__name__}."}
    tables = [_rows(block) for block in blocks if isinstance(block, WordTable)]
    paragraphs = [block.text.strip() for block in blocks if not isinstance(block, WordTable)]
    paragraphs = [text for text in paragraphs if text]
    large = max(tables, key=len, default=[])
    if large and len(large) > 2 and len(large[0]) > 1 and len(large) > len(paragraphs):
        return {"records": large, "texts": paragraphs}
    texts: list[str] = []
    for block in blocks:
        found = [" | ".join(row) for row in _rows(block)] if isinstance(block, WordTable) else [block.text.strip()]
        texts += [text for text in found if text]
    return {"records": [], "texts": texts}


def _rows(table: Any) -> list[list[str]]:
    rows = [[cell.text.strip() for cell in row.cells] for row in table.rows]
    return [row for row in rows if any(row)]
