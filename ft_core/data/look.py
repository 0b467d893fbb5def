"""Look at a table: what it is, what is wrong with it, and what cleaning leaves. What `inspect`, `prepare` and the page begin with."""

from dataclasses import dataclass, replace

from ft_core.data.clean.clean import Cleaned, clean
from ft_core.data.collector import paused
from ft_core.data.edits import Edited, edit, edits_of
from ft_core.data.problems import Problem, problems
from ft_core.data.shape.shape import Shaped, shape
from ft_core.data.split import column_values
from ft_core.data.split_given import with_tests_first
from ft_core.data.table import Table
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import Window
from ft_core.data.vocabulary import Vocabulary
from ft_core.settings.data import DataSpec
from ft_core.settings.project import Task


@dataclass(frozen=True)
class Looked:
    """A table as examples, what edits and cleaning leave of them, and all problems met on the way.

    `values` are what the split goes by: source row -> the text of its split column; empty for a split by chance.
    """

    values: dict[int, str]
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

    `vocabulary` comes to know the texts, for work that follows. Raises FTError `data.split`, `data.columns`, `data.one_column`,
    `data.shape` or `data.edits`.
    """
    values = column_values(table, spec.split)  # what is wrong with it is said before the long work
    tell("making examples of the rows")
    with paused():
        shaped = shape(table, spec.columns, spec.system, task, spec.label_names)
        edited = edit(shaped.examples, edits_of(spec, spec.name), [*table.bad_rows, *shaped.unusable])
        given = spec.split.by == "given"
        examples = with_tests_first(edited.examples, values) if given else edited.examples
        cleaned = clean(examples, shaped.task, spec.clean, window, tell, edited.kept, vocabulary)
        if given:
            cleaned = replace(cleaned, examples=sorted(cleaned.examples, key=lambda example: example.row))
    return Looked(values, shaped, edited, cleaned, problems(table, shaped, cleaned, spec.split))
