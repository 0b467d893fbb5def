"""Dataset versions as `prepare` leaves them, to be shared."""

from pathlib import Path
from typing import Any

from ft_core.data import store
from ft_core.data.mix import prepare_mix
from ft_core.data.prepare import prepare
from ft_core.data.store import Dataset
from ft_core.files import read_json
from ft_core.settings.data import DataSpec, PartSpec

LABELS = ("bill | ing", "<x>login", "*other*")


def make_dataset(folder: Path, rows: int = 60) -> Dataset:
    """A classification whose labels try to draw, with a duplicate, and a source in a folder that nobody may hear of."""
    source = folder / "private" / "tickets.csv"
    source.parent.mkdir(parents=True)
    lines = [f"message {n} about case {n * n} of {n * 7},{LABELS[n % 3]}" for n in range(rows)]
    source.write_text("text,label\n" + "\n".join([*lines, lines[0]]) + "\n")
    return prepare(source, DataSpec(source=str(source), system="Sort *it*."), None, folder / "datasets")


def make_mix(folder: Path) -> Dataset:
    """The same with questions and answers as a second part that counts twice."""
    first = make_dataset(folder)
    faq = folder / "private" / "faq.csv"
    faq.write_text(
        "question,answer\n" + "\n".join(f"how is thing {n} with {n * n},as {n * 3} is" for n in range(50)) + "\n"
    )
    spec = DataSpec(source=first.spec.source, name="tickets", mix=(PartSpec(name="faq", source=str(faq), weight=2.0),))
    return prepare_mix({"tickets": Path(first.spec.source), "faq": faq}, spec, None, folder / "datasets")


def with_report(dataset: Dataset, **changes: Any) -> Dataset:
    """A copy of a version whose report says something else."""
    parts = {split: dataset.examples(split) for split in dataset.counts}
    values = read_json(dataset.folder / "dataset.json")
    folder = dataset.folder.with_name("feedfeedfeed")
    store.write(folder, parts, dataset.report | changes, values)
    return Dataset.open(folder)


def private_step(treatment: str = "keep", code: str = "private_data", **counts: Any) -> dict[str, Any]:
    """What a cleaning step about private data reports."""
    figures = {"found": 12, "changed": 0, "removed": 0, "rows": list(range(1, 13)), "samples": []}
    return {"code": code, "title": "Private data", "treatment": treatment} | figures | counts
