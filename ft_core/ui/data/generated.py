"""The generated rows of a dataset version while they are made and decided, and what is kept of them for a preparation.

They are decided in `uploads/generated/<dataset id>/generated.jsonl`, which changes with every decision. A preparation is given a copy of
it among the uploads, which never changes, so that the project of the new version makes that version again.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from ft_core.data.augment import review
from ft_core.data.augment.generated import Generated, Status
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.settings.project import ProjectSpec
from ft_core.ui import uploads
from ft_core.ui.data import draft
from ft_core.workspace import Workspace


def source(workspace: Workspace, dataset_id: str) -> tuple[Dataset, ProjectSpec]:
    """The selected version with the project that makes it again. Raises FTError `data.missing`, and `augment.mix` for a mix."""
    dataset = uploads.required_dataset(workspace, dataset_id)
    spec = draft.required(workspace, draft.draft_of(uploads.project_of(workspace, dataset)))
    if spec.data.mix:
        raise FTError(
            "augment.mix",
            "A mix cannot be added to.",
            "Generated rows belong to one source, and this dataset has several.",
            "Prepare one of its files by itself, and make examples of that.",
        )
    return dataset, spec


def load(workspace: Workspace, dataset: Dataset) -> list[Generated]:
    """The rows with what was decided about each; at first those that the version was prepared with. Raises FTError `generated.file`."""
    path = _file(workspace, dataset)
    return review.load(path) if path.is_file() else prepared(workspace, dataset)


def prepared(workspace: Workspace, dataset: Dataset) -> list[Generated]:
    """The rows that the version was prepared with, decided as they were then; none when it has none, or they are gone."""
    name = uploads.project_of(workspace, dataset).data.generated
    if name is None:
        return []
    try:
        return review.load(uploads.find(workspace, name))
    except FTError:
        return []


def fingerprint(workspace: Workspace, dataset: Dataset) -> str:
    """Another one after every change."""
    path = _file(workspace, dataset)
    return f"{dataset.id} {path.stat().st_mtime_ns if path.is_file() else 0}"


@contextmanager
def making(workspace: Workspace, dataset: Dataset) -> Iterator[Path]:
    """A file with all rows for a command to add to. What it has added joins the rows afterwards, also when the command was ended.

    Decisions made meanwhile stay: they are written to another file.
    """
    scratch = _file(workspace, dataset).with_name(f"making-{secrets.token_hex(6)}.jsonl")
    before = load(workspace, dataset)
    review.save(scratch, before)
    try:
        yield scratch
    finally:
        known = {row.id for row in before}
        made = [row for row in review.load(scratch) if row.id not in known]
        scratch.unlink()
        if made:
            with _changing(workspace, dataset) as rows:
                there = {row.id for row in rows}
                rows += [row for row in made if row.id not in there]


def decide(workspace: Workspace, dataset: Dataset, identity: str, status: Status) -> None:
    """Write down what was decided about one row. Raises FTError `generated.row`."""
    with _changing(workspace, dataset) as rows:
        place = next((place for place, row in enumerate(rows) if row.id == identity), None)
        if place is None:
            raise FTError(
                "generated.row",
                "This generated row is no longer there.",
                "The rows have changed meanwhile.",
                "Reload the page, and decide about the row that it shows then.",
            )
        rows[place] = replace(rows[place], status=status)


def undo(workspace: Workspace, dataset: Dataset) -> None:
    """Take back the last decision. Rows are decided in their order, so it is that of the last row that is decided."""
    with _changing(workspace, dataset) as rows:
        place = next((place for place in reversed(range(len(rows))) if rows[place].status != "pending"), None)
        if place is not None:
            rows[place] = replace(rows[place], status="pending")


def accept_left(workspace: Workspace, dataset: Dataset) -> None:
    """Accept every row that nobody has decided about."""
    with _changing(workspace, dataset) as rows:
        rows[:] = [replace(row, status="accepted") if row.status == "pending" else row for row in rows]


def keep(workspace: Workspace, dataset: Dataset) -> str | None:
    """The rows as they are now as a file that never changes: its name among the uploads. None when none is accepted."""
    path = _file(workspace, dataset)
    with _locked(path):
        rows = load(workspace, dataset)
        review.save(path, rows)
        return uploads.keep(workspace, path) if any(row.status == "accepted" for row in rows) else None


@contextmanager
def _changing(workspace: Workspace, dataset: Dataset) -> Iterator[list[Generated]]:
    """All rows to be changed, and written back unless that fails; one change at a time."""
    path = _file(workspace, dataset)
    with _locked(path):
        rows = load(workspace, dataset)
        yield rows
        review.save(path, rows)


def _locked(path: Path) -> FileLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_suffix(".lock"))


def _file(workspace: Workspace, dataset: Dataset) -> Path:
    return workspace.uploads / "generated" / dataset.id / "generated.jsonl"
