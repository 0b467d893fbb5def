"""Is it enough, is it fair: what clean examples are good for, as the report holds it. Nothing is changed by it."""

from collections.abc import Sequence
from typing import Any

from ft_core.data.balance import evenness
from ft_core.data.verdict import verdict
from ft_core.settings.example import Example
from ft_core.settings.project import Task


def quality(examples: Sequence[Example], task: Task) -> dict[str, Any]:
    """{"verdict", "balance", "diversity", "strange"} of clean examples, all splits together, as plain values for JSON.

    `balance` is null unless the task is classification, `diversity` null and `strange` empty for fewer than 20 examples.
    """
    from ft_core.data.diversity import diversity  # with scipy, which a page that opens has no need of
    from ft_core.data.strange import strangest
    from ft_core.data.vectors import one_thread

    is_labels = task == "classification" and len(examples) > 0
    with one_thread():
        varied = diversity(examples)
        strange = strangest(examples, task)
    return {
        "verdict": verdict(examples, task).as_dict(),
        "balance": evenness(examples).as_dict() if is_labels else None,
        "diversity": varied.as_dict() if varied else None,
        "strange": [row.as_dict() for row in strange],
    }
