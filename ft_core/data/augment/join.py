"""Accepted rows join the training split, and no other; those that would give away a validation or test row are left out."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ft_core.data.augment import review
from ft_core.data.augment.generated import Generated
from ft_core.data.augment.repeats import Repeats
from ft_core.settings.example import Example
from ft_core.settings.project import Task

HELD_OUT = "made from or nearly the same as a validation or test row"
THERE = "nearly the same as a training row"
OTHER_LABEL = "its label is not in the data"


def join(
    parts: dict[str, list[Example]], rows: Sequence[Generated], task: Task, system: str | None
) -> tuple[dict[str, list[Example]], dict[str, Any]]:
    """The splits with the accepted rows at the end of train, and what became of all of them.

    The second is {"pending", "accepted", "rejected", "used", "ways": {way: used}, "left_out": {reason: rows}}. A row is left out when
    its text or its source's nearly repeats a validation or test prompt, whatever the row numbers say: the file may have changed since.
    """
    held_out = [example for name in ("validation", "test") for example in parts[name]]
    secret = Repeats([text for example in held_out for text in {example.prompt_text, example.question}])
    there = Repeats([example.prompt_text for example in parts["train"]])
    labels = {example.answer for example in parts["train"]} if task == "classification" else None
    used: list[Example] = []
    ways: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for row in rows:
        if row.status != "accepted":
            continue
        example = row.example(system)
        reason = _reason(row, example, secret, there, labels)
        if reason:
            left_out[reason] += 1
            continue
        there.add(example.prompt_text)
        used.append(example)
        ways[row.how] += 1
    report = review.counts(rows) | {"used": len(used), "ways": dict(ways), "left_out": dict(left_out)}
    return parts | {"train": [*parts["train"], *used]}, report


def _reason(row: Generated, example: Example, secret: Repeats, there: Repeats, labels: set[str] | None) -> str | None:
    texts = {example.prompt_text, example.question, row.source, *row.others}
    if any(secret.find(text) is not None for text in texts):
        return HELD_OUT
    if labels is not None and example.answer not in labels:
        return OTHER_LABEL
    return THERE if there.find(example.prompt_text) is not None else None
