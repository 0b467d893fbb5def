"""A small dataset as the page prepares it, and rows made of it."""

from pathlib import Path

from ft_core.data.augment.generated import Generated
from ft_core.data.store import Dataset
from ft_core.settings.data import CleanSpec, DataSpec
from ft_core.settings.example import Message
from ft_core.settings.project import ProjectSpec
from ft_core.ui import uploads
from ft_core.workspace import Workspace

_CASES = ("parcel", "invoice", "password", "refund", "address", "order", "account", "delivery")
_ASKED = ("Where is my {} {}? I am waiting for it.", "Please tell me what the {} number {} is about.")


def make(workspace: Workspace, folder: Path, rows: int = 64, **clean: str) -> Dataset:
    """A classification into `billing` and `delivery`, prepared."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "asked.csv"
    lines = [
        f"{_ASKED[n % 2].format(_CASES[n % 8], n * 37 + 11)} {_CASES[n * 3 % 7]} {_CASES[n * 5 % 8]} {n * n},{('billing', 'delivery')[n % 2]}"
        for n in range(rows)
    ]
    file.write_text("text,label\n" + "\n".join(f'"{line.rpartition(",")[0]}",{line.rpartition(",")[2]}' for line in lines) + "\n")  # fmt: skip
    keep = {"near_duplicates": "keep"} | clean
    data = DataSpec(source=uploads.keep(workspace, file), clean=CleanSpec.model_validate(keep))
    return uploads.prepare(workspace, ProjectSpec(name="asked", data=data))


def row(text: str, answer: str = "billing", source: int = 1, **values: object) -> Generated:
    messages = (Message("user", text), Message("assistant", answer))
    return Generated(messages, "typos", (source,), "what it was made of", ("new", "length"), **values)  # type: ignore[arg-type]
