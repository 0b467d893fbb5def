"""Look at a table: what it is, what is wrong with it, and what cleaning leaves. What `inspect`, `prepare` and the page begin with."""

from dataclasses import dataclass

from ft_core.data.clean.clean import Cleaned, clean
from ft_core.data.collector import paused
from ft_core.data.edits import Edited, edit, edits_of
from ft_core.data.problems import Problem, problems
from ft_core.data.shape.shape import Shaped, shape
from ft_core.data.table import Table
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import Window
from ft_core.data.vocabulary import Vocabulary
from ft_core.settings.data import DataSpec
from ft_core.settings.project import Task


@dataclass(frozen=True)
class Looked:
    """A table as examples, what edits and cleaning leave of them, and all problems met on the way."""

    shaped: Shaped
    edited: Edited
    cleaned: Cleaned
    problems: list[Problem]


def look(
    table: Table,
    spec: DataSpec,
    task: Task | None,
    window: Window | None = None,
    tell: Tell = silent,
    vocabulary: Vocabulary | None = None,
) -> Looked:
    """Shape, edit, clean and check a table as the settings say; nothing is stored. Without a `window`, nothing is said about tokens.

    `vocabulary` comes to know the texts, for work that follows.

    Raises FTError `data.columns`, `data.one_column`, `data.shape` or `data.edits`.
    """
    tell("making examples of the rows")
    with paused():
        shaped = shape(table, spec.columns, spec.system, task, spec.label_names)
        edited = edit(shaped.examples, edits_of(spec, spec.name), [*table.bad_rows, *shaped.unusable])
        cleaned = clean(edited.examples, shaped.task, spec.clean, window, tell, edited.kept, vocabulary)
    return Looked(shaped, edited, cleaned, problems(table, shaped, cleaned, spec.split))
