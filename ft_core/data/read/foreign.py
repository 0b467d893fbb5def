"""Files of kinds that are not read: how each is recognised by its name, and how to make a file of it that is."""

from pathlib import Path

from ft_core.errors import FTError

_WORKS = "Files that work: .csv, .tsv, .json, .jsonl, .parquet, .xlsx, .xls, .ods, .txt, .md, .pdf, .docx, and .gz or .zip of these."
_ENDINGS = {
    "spreadsheet": (".numbers",),
    "document": (".doc", ".odt", ".rtf", ".pptx", ".ppt", ".pages", ".epub"),
    "archive": (".tgz", ".tar", ".bz2", ".xz", ".zst", ".7z", ".rar"),
    "web page": (".html", ".htm"),
}
_FIXES = {
    "spreadsheet": "Save the sheet as CSV or as Excel workbook (.xlsx): in Numbers with File, Export To.",
    "document": "Save it as .docx, as PDF or as plain text; or copy the examples into a spreadsheet, one row each with the text and its answer.",
    "archive": "Unpack it, then choose the file that is inside, or pack it again as .zip.",
    "web page": "Download the file itself, with the page's Download or Raw button, and choose that.",
    "picture, sound or program": "Choose a file that holds texts.",
}


def by_name(name: str) -> FTError:
    """FTError `data.format` for a file whose name ends in none of the endings that are read."""
    ending = Path(name).suffix.lower()
    if not ending:
        return FTError(
            "data.format",
            f"What kind of file {name} is cannot be told.",
            f"Its name has no ending. {_WORKS}",
            f"Add the ending to its name, for example {name}.csv.",
        )
    kind = next((kind for kind, endings in _ENDINGS.items() if ending in endings), None)
    if kind is None:
        fix = "Save the table as CSV (in a spreadsheet: File, Save As, CSV UTF-8), and choose that file."
        return FTError("data.format", f"A {ending} file cannot be read.", _WORKS, fix)
    what = f"A {ending} file cannot be read: it is {_article(kind)}."
    return FTError("data.format", what, _WORKS, _FIXES[kind])


def by_content(kind: str, name: str) -> FTError | None:
    """FTError `data.format` for a file whose bytes are of a `kind` that is not read, whatever its name says; None when it is read."""
    if kind not in _FIXES:
        return None
    what = f"{name} cannot be read: it is {_article(kind)}, whatever its name says."
    return FTError("data.format", what, _WORKS, _FIXES[kind])


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
