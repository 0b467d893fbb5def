"""Verdict: are there enough examples for this kind of task, and what to do next, in one plain sentence each.

How many examples a task usually needs, and who says so:

- Labels. Google's guide to text classification (Vertex AI, "Prepare text training data for classification") asks for at least 10 texts of each
  label, advises to begin with 50 and says that hundreds or even 1,000 may be needed. For comparison, Cohere's classification asks for 5.
- Texts as answers, and conversations. OpenAI's guide ("Supervised fine-tuning", right number of examples) asks for at least 10, sees improvements
  from 50 to 100 and advises to begin with 50. LIMA (Zhou et al. 2023, arXiv:2305.11206) made a good assistant with 1,000 hand-picked ones,
  LIMIT (Jha et al. 2023, arXiv:2311.13133) found 1,000 to 6,000 sufficient.
- Several turns. LIMA's answers within conversations became much better with only 30 conversations of several turns among them.

These are of large base models that can do much already. A small one such as the starter model needs more.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from ft_core.amounts import count
from ft_core.settings.example import Example
from ft_core.settings.project import Task

Level = Literal["too few", "a start", "enough", "plenty"]

# From how many examples on it is a start, enough, plenty; the sources are above.
PER_LABEL = (10, 50, 1_000)
ANSWERS = (50, 1_000, 6_000)
CONVERSATIONS = 30  # of several turns
_SHOWN = 3


@dataclass(frozen=True)
class Verdict:
    """`have` are all examples, `usual` the numbers from which on they are a start, enough and plenty: of each label where there are labels."""

    level: Level
    have: int
    usual: tuple[int, int, int]
    sentence: str
    next: str

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self) | {"usual": list(self.usual)}


def verdict(examples: Sequence[Example], task: Task) -> Verdict:
    """What these clean examples, all splits together, are enough for."""
    return _of_labels(examples) if task == "classification" and examples else _of_answers(examples, task)


def _of_labels(examples: Sequence[Example]) -> Verdict:
    """The usual label decides, but no more than one level above what the rarest one has."""
    counts = Counter(example.answer for example in examples)
    ordered = sorted(counts.values())
    usual, least = ordered[(len(ordered) - 1) // 2], ordered[0]
    level = _at(min(_place(usual, PER_LABEL), _place(least, PER_LABEL) + 1))
    poor = sorted((label for label in counts if counts[label] < PER_LABEL[1]), key=lambda label: (counts[label], label))
    start, enough, plenty = PER_LABEL
    have = f"{count(len(examples), 'example')} of {count(len(counts), 'label')}, the rarest with {least:,}"
    sentence = (
        f"{level.capitalize()}: {have}. Telling labels apart usually takes at least {start} examples of each, {enough} for a first useful model, "
        f"and some hundred to {plenty:,} where labels are hard to tell apart."
    )
    if poor:
        named = ", ".join(f"{enough - counts[label]:,} of `{label}`" for label in poor[:_SHOWN])
        more = f" and some of {len(poor) - _SHOWN:,} other labels" if len(poor) > _SHOWN else ""
        return Verdict(level, len(examples), PER_LABEL, sentence, f"Collect about {named}{more}.")
    return Verdict(level, len(examples), PER_LABEL, sentence, _next(level))


def _of_answers(examples: Sequence[Example], task: Task) -> Verdict:
    level = _at(_place(len(examples), ANSWERS))
    start, enough, plenty = ANSWERS
    kind = "conversation" if task == "chat" else "example"
    sentence = (
        f"{level.capitalize()}: {count(len(examples), kind)}. A style or a format usually shows from {start} to 100 good ones on, "
        f"and {enough:,} to {plenty:,} varied ones make a good assistant."
    )
    turns = sum(_has_turns(example) for example in examples)
    if level == "too few":
        return Verdict(level, len(examples), ANSWERS, sentence, f"Add about {start - len(examples):,} good ones.")
    if task == "chat" and turns < CONVERSATIONS:
        missing = f"Add about {CONVERSATIONS - turns} conversations of several turns: there are {turns}, and 30 already help much."
        return Verdict(level, len(examples), ANSWERS, sentence, missing)
    return Verdict(level, len(examples), ANSWERS, sentence, _next(level))


def _next(level: Level) -> str:
    if level == "plenty":
        return "More of the same will help little: read your strangest rows, and train."
    if level == "enough":
        return "Train, look at the wrong answers, and add examples like those."
    return "Train once to see how far it comes, then add examples where it is wrong."


def _has_turns(example: Example) -> bool:
    return sum(message.role == "assistant" for message in example.messages) > 1


def _place(have: int, bounds: tuple[int, int, int]) -> int:
    return sum(have >= bound for bound in bounds)


def _at(place: int) -> Level:
    return get_args(Level)[place]
