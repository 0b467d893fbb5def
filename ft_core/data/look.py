"""Look at a table: what it is, what is wrong with it, and what cleaning leaves. What `inspect`, `prepare` and the page begin with."""

from dataclasses import dataclass

from ft_core.data.clean.clean import Cleaned, clean
from ft_core.data.problems import Problem, problems
from ft_core.data.shape.shape import Shaped, shape
from ft_core.data.table import Table
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import Window
from ft_core.settings.data import DataSpec
from ft_core.settings.project import Task


@dataclass(frozen=True)
class Looked:
    """A table as examples, what cleaning leaves of them, and all problems met on the way."""

    shaped: Shaped
    cleaned: Cleaned
    problems: list[Problem]


def look(table: Table, spec: DataSpec, task: Task | None, window: Window | None = None, tell: Tell = silent) -> Looked:
    """Shape, clean and check a table as the settings say; nothing is stored. Without a `window`, nothing is said about tokens.

    Raises FTError `data.columns`, `data.one_column` or `data.shape`.
    """
    tell("making examples of the rows")
    shaped = shape(table, spec.columns, spec.system, task, spec.label_names)
    cleaned = clean(shaped.examples, shaped.task, spec.clean, window, tell)
    return Looked(shaped, cleaned, problems(table, shaped, cleaned, spec.split))
