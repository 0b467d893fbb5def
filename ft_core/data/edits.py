"""Edits by hand: rows that the person changes, leaves out or keeps, between shaping and cleaning. The upload is never altered."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ft_core.data.clean.show import discreet, excerpts
from ft_core.data.clean.step import Found, Samples
from ft_core.errors import FTError
from ft_core.settings.data import DataSpec, EditSpec
from ft_core.settings.example import Example, Message, Role

CODE = "edits"
Parts = dict[str, list[Example]]
_SHOWN = 10  # refusals that are named one by one


@dataclass(frozen=True)
class Edited:
    """The examples after the edits, what was done to them, and the rows that no cleaning step may leave out.

    `rows` are all source rows with an edit, `samples` at most five (before, after), after "" for a row that is left out. `trained` are the
    edits that `to_train` does once the rows are divided.
    """

    examples: list[Example]
    changed: int = 0
    removed: int = 0
    rows: list[int] = field(default_factory=list)
    samples: Samples = field(default_factory=list)
    kept: frozenset[int] = frozenset()
    trained: tuple[EditSpec, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For the report, as a cleaning step has it."""
        return {
            "code": CODE,
            "title": "Edits",
            "treatment": "fix",
            "found": len(self.rows),
            "changed": self.changed,
            "removed": self.removed,
            "rows": self.rows,
            "samples": [list(excerpts(discreet(before), discreet(after))) for before, after in self.samples],
        }


def edit(examples: list[Example], edits: Sequence[EditSpec], unusable: Sequence[tuple[int, str]] = ()) -> Edited:
    """Apply all edits, or none. `unusable` are rows (number, reason) that became no example, to say so.

    Of a conversation with several questions only the last answer can be changed. Raises FTError `data.edits`, which names every edit
    that cannot be done.
    """
    if not edits:
        return Edited(examples)
    places: dict[int, list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        places[example.row].append(place)
    _require(edits, examples, places, dict(unusable))
    changed: dict[int, Example] = {}
    gone: set[int] = set()
    found = Found()
    for one in sorted(edits, key=lambda one: one.row):
        first = examples[places[one.row][0]]
        if one.action == "drop":
            gone.update(places[one.row])
            found.sample(f"row {one.row}: {_shown(first)}", "")
        elif one.action == "change":
            changed[places[one.row][0]] = after = _changed(first, one)
            found.sample(f"row {one.row}: {_shown(first)}", _shown(after))
    trained = tuple(one for one in edits if one.action == "train")
    left = [changed.get(place, example) for place, example in enumerate(examples) if place not in gone]
    kept = frozenset(one.row for one in edits if one.action == "keep")
    return Edited(left, len(changed), len(gone), sorted({one.row for one in edits}), found.samples, kept, trained)


def to_train(parts: Parts, edits: Sequence[EditSpec]) -> tuple[Parts, dict[str, list[int]]]:
    """The splits with the rows of these edits among the training rows, and the rows by the split that they came from.

    Done after the division, which would otherwise put other rows, too, into another split: the measures of two runs are then of
    the same test rows but for these. Raises FTError `data.edits` where nothing would be left in a split.
    """
    answers = {one.row: one.answer for one in edits}
    moved: dict[str, list[int]] = {}
    found: list[Example] = []
    left: Parts = {}
    for name, examples in parts.items():
        own = [example for example in examples if example.row in answers]
        moved[name] = list(dict.fromkeys(example.row for example in own))
        left[name] = [example for example in examples if example.row not in answers]
        found += own
        if name != "train" and own and not left[name]:
            raise FTError(
                "data.edits",
                f"Nothing would be left in the {name} split.",
                f"All of its {len(own):,} rows are to be learnt from, and what is learnt from tests nothing.",
                "Remove some of these rows under Edits (`data.edits`), or add examples and divide anew.",
            )
    left["train"] = left["train"] + [_answered(example, answers[example.row]) for example in found]
    return left, moved


def _answered(example: Example, answer: str | None) -> Example:
    return example if answer is None else replace(example, messages=_rewritten(example.messages, "assistant", answer))


def edits_of(spec: DataSpec, part: str) -> tuple[EditSpec, ...]:
    """The edits of one part of a mix, the main source's by its own name. Raises FTError `data.edits` for parts that do not exist."""
    names = [spec.name, *(one.name for one in spec.mix)]
    unknown = sorted({one.part for one in spec.edits if one.part is not None} - set(names))
    if unknown:
        raise FTError(
            "data.edits",
            f"There is no part {' and no part '.join(f'`{name}`' for name in unknown)} to edit.",
            f"The parts are {', '.join(f'`{name}`' for name in names)}.",
            "Correct or remove these rows under Edits (`data.edits`).",
        )
    return tuple(one for one in spec.edits if (one.part or spec.name) == part)


def _changed(example: Example, one: EditSpec) -> Example:
    messages = example.messages
    if one.prompt is not None:
        messages = _rewritten(messages, "user", one.prompt)
    if one.answer is not None:
        messages = _rewritten(messages, "assistant", one.answer)
    return replace(example, messages=messages)


def _rewritten(messages: tuple[Message, ...], role: Role, text: str) -> tuple[Message, ...]:
    """With another text in the last message of this role."""
    last = max(place for place, message in enumerate(messages) if message.role == role)
    return (*messages[:last], replace(messages[last], content=text, tool_calls=()), *messages[last + 1 :])


def _shown(example: Example) -> str:
    return f"{example.question} → {example.answer}"


# What cannot be done.


def _require(
    edits: Sequence[EditSpec], examples: list[Example], places: dict[int, list[int]], unusable: dict[int, str]
) -> None:
    """Raise `data.edits` for all edits that cannot be done at once."""
    # A row that is learnt from may have been changed by hand before.
    counts = Counter((one.row, one.action == "train") for one in edits)
    said = [
        f"Row {one.row}: {why}."
        for one in edits
        if (why := _why_not(one, [examples[place] for place in places.get(one.row, ())], unusable.get(one.row)))
    ]
    said += [
        f"Row {row}: it has {count} edits, and only one of them can hold."
        for (row, _), count in counts.items()
        if count > 1
    ]
    if said:
        more = [f"And {len(said) - _SHOWN:,} more."] if len(said) > _SHOWN else []
        raise FTError(
            "data.edits",
            f"{len(said)} edit{'s' if len(said) > 1 else ''} by hand cannot be done.",
            "\n".join(said[:_SHOWN] + more),
            "Correct or remove these rows under Edits (`data.edits`).",
        )


def _why_not(one: EditSpec, found: list[Example], unusable: str | None) -> str | None:
    """Completes "Row 7: ..."; None where the edit can be done. `found` are the examples of its row."""
    if not found:
        return f"it cannot be used anyway ({unusable})" if unusable else "there is no such row"
    texts = one.prompt is not None or one.answer is not None
    if one.action == "train":
        if one.prompt is not None:
            return "it says train, and also gives a new prompt; only its answer can be new"
        return _which(found) if one.answer is not None else None
    if one.action != "change":
        return f"it says {one.action}, and also gives a new text; choose one" if texts else None
    if not texts:
        return "it says change, and gives neither a new prompt nor a new answer"
    if len(found) > 1:
        return _which(found)
    questions = sum(message.role == "user" for message in found[0].messages)
    if one.prompt is not None and questions != 1:
        return (
            f"it is a conversation with {questions} questions, and it is not clear which of them the new prompt is to replace; "
            "change only its answer, or correct the file"
        )
    return None


def _which(found: list[Example]) -> str | None:
    """Of several examples of one row, which one is meant?"""
    if len(found) < 2:
        return None
    return f"it has become {len(found)} examples, and it is not clear which to change; drop or keep it, or correct the file"
