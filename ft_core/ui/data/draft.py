"""The draft: the project of the source at hand with every choice made in the tab, as the browser keeps it.

It comes back from the browser, so it is checked like a file from a stranger: by the settings' own rules, and every file that it
names must be among the person's uploads.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ft_core.errors import FTError
from ft_core.files import write_text
from ft_core.settings import project
from ft_core.settings.data import ColumnSpec, DataSpec
from ft_core.settings.project import ProjectSpec
from ft_core.ui import uploads
from ft_core.workspace import Workspace

Draft = dict[str, Any]


def draft_of(spec: ProjectSpec) -> Draft:
    """What the browser keeps: everything that is not as it is by default."""
    return spec.model_dump(mode="json", exclude_defaults=True)


def opened(workspace: Workspace, draft: Draft) -> ProjectSpec | None:
    """The project of a draft; None when there is none, or when a file of it is gone. Raises FTError `project.invalid` for one that cannot be."""
    if not draft:
        return None
    spec = project.parse(draft, "The page's draft")
    try:
        uploads.require_all(workspace, spec.data)
    except FTError:
        return None
    return spec


def required(workspace: Workspace, draft: Draft) -> ProjectSpec:
    """The same where there must be one. Raises FTError `data.missing`."""
    spec = opened(workspace, draft)
    if spec is None:
        why = "No file is chosen, or it is not among the uploads any more."
        raise FTError(
            "data.missing", "There is no data yet.", why, "Choose a file in step 1, or press Use the example."
        )
    return spec


@contextmanager
def file(workspace: Workspace, spec: ProjectSpec) -> Iterator[Path]:
    """The draft as a project file of its own beside the uploads, for one command to read; gone afterwards."""
    path = workspace.uploads / f".draft-{secrets.token_hex(6)}.yaml"
    write_text(path, project.dump(spec))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def with_data(spec: ProjectSpec, **changes: Any) -> ProjectSpec:
    """The project with other data settings, checked."""
    data = DataSpec.model_validate(spec.data.model_dump() | changes)
    return spec.model_copy(update={"data": data})


def with_columns(spec: ProjectSpec, **columns: Any) -> ProjectSpec:
    """The project with other columns; an empty choice is none."""
    chosen = {part: name or None for part, name in columns.items()}
    return with_data(spec, columns=ColumnSpec.model_validate(spec.data.columns.model_dump() | chosen))
