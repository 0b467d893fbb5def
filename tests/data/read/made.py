"""What tests of reading are made of: small files of every kind, made here."""

import io
import zipfile
from pathlib import Path


def write(folder: Path, name: str, data: bytes | str) -> Path:
    """A file in `folder`."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def zipped(files: dict[str, bytes]) -> bytes:
    """A .zip of these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


_PACKAGE = "application/vnd.openxmlformats-package.relationships+xml"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    f'<Default Extension="rels" ContentType="{_PACKAGE}"/><Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def xlsx(sheets: dict[str, str]) -> bytes:
    """An Excel workbook: the XML of the rows of each sheet by its name. `<row r="1"><c r="A1"><v>1</v></c></row>`"""
    numbered = list(enumerate(sheets.items(), start=1))
    names = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}" xmlns:r="{_OFFICE}"/>' for n, (name, _) in numbered
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    root = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format(root),
        "xl/workbook.xml": f"<workbook {_MAIN}><sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(relations),
    } | {
        f"xl/worksheets/sheet{n}.xml": f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>"
        for n, (_, rows) in numbered
    }
    return zipped({name: text.encode() for name, text in files.items()})


def sheet_rows(rows: list[list[str | float | bool]]) -> str:
    """The XML of rows whose cells are texts, numbers and truth values."""
    return "".join(
        f'<row r="{n}">{"".join(_cell(f"{chr(65 + index)}{n}", value) for index, value in enumerate(row))}</row>'
        for n, row in enumerate(rows, start=1)
    )


def _cell(place: str, value: str | float | bool) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def pdf(pages: list[str]) -> bytes:
    """A PDF of pages with one line of text each, "" for a page without."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages))), len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, text in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>"
            % (5 + 2 * n)
        )
        shown = b"BT /F 12 Tf 50 700 Td (%s) Tj ET" % text.encode("latin-1") if text else b""
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown))
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def ods(rows: list[list[str]]) -> bytes:
    """An OpenDocument spreadsheet of one sheet of texts."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    sheet = f'<table:table table:name="S">{cells}</table:table>'
    document = f"<office:document-content {spaces}><office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body></office:document-content>"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": document.encode(),
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{manifest}"/>'.encode(),
        }
    )
