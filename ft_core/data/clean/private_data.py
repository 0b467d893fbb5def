"""Private data: e-mail addresses, phone numbers and the like, which a model would learn and tell anybody."""

from collections import Counter
from collections.abc import Sequence

from ft_core.data.clean.private_text import KINDS, hide
from ft_core.data.clean.step import Found, Step, mend
from ft_core.settings.example import Example, Message
from ft_core.settings.project import Task


def step(task: Task) -> Step:
    """The step for a task: the labels of a classification stay as they are, and so do system prompts, which a model is given in use too."""
    kept = {"system", "assistant"} if task == "classification" else {"system"}
    return Step(
        "Private data",
        "A model repeats what it has learnt, to anybody who asks, and people did not agree to that.",
        {"mask": "Words such as [e-mail] are written in its place", "drop": "These rows are left out"},
        lambda examples: _find(examples, kept),
    )


def _find(examples: Sequence[Example], kept: set[str]) -> Found:
    """Messages with private data, and what they are with words in its place. The detail says how many of each kind there are."""
    counts: Counter[str] = Counter()

    def masked(kind: str, _: str) -> str:
        counts[kind] += 1
        return f"[{kind}]"

    def mended(message: Message) -> str:
        return message.content if message.role in kept else hide(message.content, masked)

    found = mend(examples, mended, calls=True)
    if counts:
        parts = [f"{count:,} {KINDS[kind][count > 1]}" for kind, count in counts.most_common()]
        found.detail = f"There {'is' if counts.total() == 1 else 'are'} {', '.join(parts)}."
    return found
