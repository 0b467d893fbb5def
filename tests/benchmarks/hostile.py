"""Every file of a folder of hostile data, and cases made here: rows, or what / why / fix; never a crash, a hang or a wrong table.

    python -m tests.benchmarks.hostile FOLDER [OUTPUT.md]

Prints a Markdown table (file, outcome, sentence shown, seconds) and a line that sums it up. The exit code is 1 when a file failed: by an
exception of ours, by more than 20 seconds, by a JSON file that must be refused and was read, or by rows that are not those expected
(beside a folder `x` of CSV files, `x_expected` holds the same names as JSON).
"""

import gzip
import io
import json
import multiprocessing
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ft_core.data.inspect import inspect
from ft_core.data.read.files import read
from ft_core.data.read.refusals import MAX_BYTES
from ft_core.data.table import Table
from ft_core.errors import FTError
from tests.data.read.made import sheet_rows, xlsx, zipped

LIMIT = 20.0
ALSO_WRONG = "csv_spectrum/location_coordinates.csv"  # its own expected file has another phone number than it


@dataclass(frozen=True)
class Outcome:
    """What became of one file. `outcome` is rows, refused or FAILED."""

    name: str
    outcome: str
    sentence: str
    seconds: float


def cases(folder: Path) -> Iterator[Path]:
    """Files that nobody sends by accident. Each is written just before it is read."""
    made = {
        "bomb.csv.gz": lambda: gzip.compress(bytes(MAX_BYTES + 2**20), 6),
        "bomb.zip": lambda: zipped({"a.csv": bytes(MAX_BYTES + 2**20)}),
        "bomb_of_many.zip": lambda: zipped({f"{n}.csv": b"a,b\n" * 5_000_000 for n in range(40)}),
        "nested.zip": lambda: zipped({"b.zip": zipped({"c.csv": b"a,b\n1,2\n"})}),
        "far_names.zip": lambda: _named("../../x.csv", "/etc/y.csv", "C:\\z.csv"),
        "many_files.zip": lambda: _named(*(f"{n}.csv" for n in range(50_000))),
        "bomb.xlsx": lambda: zipped({"xl/workbook.xml": bytes(2 * MAX_BYTES + 2**20)}),
        "far_corners.xlsx": lambda: xlsx({"S": _corner("A1", 1) + _corner("XFD1048576", 1048576)}),
        "script.xlsx": lambda: xlsx({"S": sheet_rows([["message", "label"], ["&lt;script&gt;alert(1)", "=1+1"]] * 3)}),
        "long_line.csv": lambda: b"x" * 100_000_000,
        "long_line_of_quotes.csv": lambda: b'"' * 100_000_001,
        "long_line.jsonl": lambda: b'{"a": "' + b"x" * 100_000_000 + b'"}\n{"a": "short"}\n',
        "long_line.json": lambda: b'[{"a": "' + b"x" * 100_000_000 + b'"}]',
        "long_line.txt": lambda: b"x " * 50_000_000,
        "columns.csv": lambda: b",".join(b"c%d" % n for n in range(10_000_000)) + b"\n1,2\n",
        "columns.jsonl": lambda: b"{" + b",".join(b'"c%d":1' % n for n in range(3_000_000)) + b"}\n",
        "columns_by_row.jsonl": lambda: b"".join(b'{"c%d":1}\n' % n for n in range(1_000_000)),
        "open_quotes.csv": lambda: b'text,label\n"fine, here",a\n' + b'"a","\n' * 300_000,
        "deep.json": lambda: b"[" * 50_000_000,
        "deep.jsonl": lambda: b'{"a":' * 900 + b"1" + b"}" * 900 + b'\n{"a": 1}\n',
        "zeros.csv": lambda: bytes(50_000_000),
        "script.csv": lambda: b"message,label\n<script>alert(1)</script>,a\n<img src=x onerror=alert(2)>,b\n",
        "broken.pdf": lambda: b"%PDF-1.7\n" + b"1 0 obj << /Kids [1 0 R] >> endobj\n" * 100_000,
        "random.parquet": lambda: b"PAR1" + bytes(range(256)) * 1000 + b"PAR1",
    }
    for name, build in made.items():
        path = folder / name
        path.write_bytes(build())
        yield path
        path.unlink()


def _named(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "message,label\nhello,a\n")
    return packed.getvalue()


def _corner(place: str, row: int) -> str:
    return f'<row r="{row}"><c r="{place}"><v>1</v></c></row>'


def outcome(path: Path, expected: Path | None) -> tuple[str, str]:
    """(rows, refused or FAILED; the sentence that a person is shown). In a child process with limited memory."""
    resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))
    try:
        table = read(path)
    except FTError as error:
        return "refused", f"{error.what} {error.why} {error.fix}"
    if path.name.startswith("n_") and path.suffix == ".json":
        return "FAILED", "It is broken JSON and was read."
    wanted = _expected(expected) if expected else None
    if wanted is not None and _rows(table) != wanted:
        return "FAILED", f"Other rows than expected: {_rows(table)}"
    said = f"{len(table):,} rows, {len(table.bad_rows):,} left out, columns {', '.join(table.columns)}"
    try:
        said += f"; {inspect(path)['shape']}"
    except FTError as error:
        said += f"; {error.what}"
    return "rows", said


def _expected(path: Path) -> list[dict[str, str]]:
    """The rows of the file beside, line ends as git leaves them."""
    value = json.loads(path.read_text(encoding="utf-8").replace("\\r\\n", "\\n"))
    return value if isinstance(value, list) else [value]


def _rows(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.cells, row, strict=True)) for row in zip(*table.cells.values(), strict=True)]


def measured(path: Path, name: str) -> Outcome:
    """One file in a process of its own, which is ended after LIMIT seconds."""
    beside = path.parent.with_name(f"{path.parent.name}_expected") / f"{path.stem}.json"
    expected = beside if beside.is_file() and name != ALSO_WRONG else None
    with multiprocessing.get_context("fork").Pool(1) as pool:
        began = time.perf_counter()
        waiting = pool.apply_async(outcome, (path, expected))
        try:
            found, sentence = waiting.get(LIMIT)
        except multiprocessing.TimeoutError:
            found, sentence = "FAILED", f"Not done after {LIMIT:g} seconds."
        except Exception as error:  # noqa: BLE001 - any exception is what this looks for
            found, sentence = "FAILED", f"{type(error).__name__}: {error}"
        return Outcome(name, found, sentence, time.perf_counter() - began)


def all_outcomes(folder: Path) -> Iterator[Outcome]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield measured(path, path.relative_to(folder).as_posix())
    with tempfile.TemporaryDirectory(prefix="ft-hostile-") as temporary:
        for path in cases(Path(temporary)):
            yield measured(path, f"made here: {path.name}")


def line(found: Outcome) -> str:
    """One row of the table."""
    sentence = " ".join(found.sentence.split()).replace("|", "\\|").replace("<", "&lt;")
    sentence = "".join(character if character.isprintable() else "\ufffd" for character in sentence)
    shown = sentence if len(sentence) <= 240 else sentence[:237] + "..."
    return f"| {found.name} | {found.outcome} | {shown} | {found.seconds:.2f} |"


def main(folder: Path, output: Path | None) -> int:
    lines = ["| file | outcome | sentence shown | seconds |", "|---|---|---|---|"]
    found = []
    for each in all_outcomes(folder):
        found.append(each)
        lines.append(line(each))
        print(lines[-1], file=sys.stderr, flush=True)
    counts = Counter(each.outcome for each in found)
    slowest = max(found, key=lambda each: each.seconds)
    lines += [
        "",
        f"{len(found)} files: {', '.join(f'{count} {name}' for name, count in counts.items())}; slowest {slowest.name}, {slowest.seconds:.1f} s",
    ]
    text = "\n".join(lines)
    print(text)
    if output:
        output.write_text(text + "\n", encoding="utf-8")
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
