"""Answers that a person corrected after the evaluation: RUN/evaluation/corrections.json, and the settings of a version that learns from them.

A test row that is learnt from tests nothing any more: in the next version it is a training row.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.files import read_json, write_json
from ft_core.run import CORRECTIONS, Run
from ft_core.settings.data import DataSpec, EditSpec

_SHOWN = 10  # labels in a refusal


@dataclass(frozen=True)
class Correction:
    """A test row with the answer that is right; `changed` where that is not the one that was expected. `part` is that of a mix, else ""."""

    row: int
    part: str
    prompt: str
    answer: str
    changed: bool


def read(run: Run) -> list[Correction]:
    """The corrections in the order in which they were made."""
    return [Correction(**values) for values in read_json(run.evaluation / CORRECTIONS) or []]


def add(run: Run, row: int, part: str, answer: str) -> list[Correction]:
    """Keep the right answer of a test row, in place of one given before, and return all corrections.

    Raises FTError `correction.answer`, `correction.label`, `correction.row`, `correction.task`.
    """
    dataset = Dataset.open(run.folder / run.data()["folder"])
    answer = answer.strip()
    _require(dataset, answer)
    found = [one for one in dataset.examples("test") if (one.row, one.part) == (row, part)]
    if not found:
        why = f"Row {row} is not among the test rows of this run's dataset."
        raise FTError("correction.row", "This row cannot be corrected.", why, "Choose another row in Answers.")
    changed = answer != found[0].answer.strip()
    if changed and len(found) > 1:
        raise FTError(
            "correction.row",
            "The answer of this row cannot be changed here.",
            f"Row {row} of the file has become {len(found)} examples, and it is not clear which one is meant.",
            "Correct the file, and choose it again in the Data tab.",
        )
    given = Correction(row, part, found[0].question, answer, changed)
    return _write(run, [one for one in read(run) if (one.row, one.part) != (row, part)] + [given])


def remove(run: Run, rows: Sequence[tuple[int, str]]) -> list[Correction]:
    """Forget the corrections of these rows (number, part), and return those that are left."""
    return _write(run, [one for one in read(run) if (one.row, one.part) not in rows])


def taught(data: DataSpec, corrections: Sequence[Correction]) -> DataSpec:
    """The settings of the run's dataset with which these rows are learnt from, with the right answer, and no longer tested with."""
    rows = {(one.row, one.part or None) for one in corrections}
    others = [one for one in data.edits if one.action != "train" or (one.row, one.part) not in rows]
    edits = [
        EditSpec(row=one.row, action="train", answer=one.answer if one.changed else None, part=one.part or None)
        for one in sorted(corrections, key=lambda one: (one.part, one.row))
    ]
    return DataSpec.model_validate(data.model_dump() | {"edits": [*others, *edits]})


def _write(run: Run, corrections: list[Correction]) -> list[Correction]:
    write_json(run.evaluation / CORRECTIONS, [asdict(one) for one in corrections])
    return corrections


def _require(dataset: Dataset, answer: str) -> None:
    """Raise what is wrong with an answer."""
    if dataset.task == "text":
        why = "This run learnt to go on with texts, which have no answers."
        raise FTError("correction.task", "There is no answer to correct.", why, "Change the text in your file instead.")
    if not answer:
        raise FTError(
            "correction.answer",
            "There is no right answer yet.",
            "The field is empty, and a model would learn to say nothing.",
            "Write into The right answer what the model should have said.",
        )
    if dataset.task == "classification" and answer not in dataset.labels:
        some = ", ".join(dataset.labels[:_SHOWN])
        more = f" and {len(dataset.labels) - _SHOWN:,} more" if len(dataset.labels) > _SHOWN else ""
        raise FTError(
            "correction.label",
            f"There is no label “{answer[:60]}” in the data.",
            f"The labels are {some}{more}; one that only this row has cannot be learnt.",
            "Write one of these into The right answer, or add examples of the new label to your file.",
        )
