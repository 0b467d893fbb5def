"""Clean examples in a fixed order: HTML, empty cells, label spellings, duplicates, near duplicates. Each step says what it did."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from ft_core.data.columns import spelling_key
from ft_core.data.duplicates import copies, normalise
from ft_core.data.html_text import strip_html
from ft_core.settings.data import CleanSpec
from ft_core.settings.example import Example, Message
from ft_core.settings.project import Task

Samples = list[tuple[str, str]]
MAX_SAMPLES = 5
_SAMPLE_LENGTH = 300
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


@dataclass(frozen=True)
class Step:
    """What one step found and did. `found` counts also what was kept on request; `rows` are all source rows concerned.

    `samples` are (before, after); of a removed row, after is "" or the row that stays; of labels, every spelling that was changed.
    """

    code: str
    title: str
    found: int
    changed: int
    removed: int
    rows: list[int]
    samples: Samples

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self) | {"samples": [list(pair) for pair in self.samples]}


@dataclass(frozen=True)
class Cleaned:
    """The examples that are left, and the steps in their order."""

    examples: list[Example]
    steps: list[Step]


@dataclass
class _Result:
    """What a step would leave, and what it concerns."""

    examples: list[Example]
    rows: list[int] = field(default_factory=list)
    samples: Samples = field(default_factory=list)


def clean(examples: list[Example], task: Task, spec: CleanSpec) -> Cleaned:
    """Apply the five steps. A step whose treatment is `keep` counts what it finds and changes nothing."""
    steps: list[Step] = []
    work: list[tuple[str, str, Callable[[list[Example], Task], _Result]]] = [
        ("html", "HTML", _html),
        ("empty", "Empty cells", _empty),
        ("label_spelling", "Label spellings", _label_spelling),
        ("duplicates", "Duplicates", _duplicates),
        ("near_duplicates", "Near duplicates", _near_duplicates),
    ]
    for code, title, perform in work:
        if code == "label_spelling" and task != "classification":
            continue
        result = perform(examples, task)
        fix = getattr(spec, code) == "fix"
        removed = len(examples) - len(result.examples) if fix else 0
        changed = len(result.rows) if fix and len(result.examples) == len(examples) else 0
        steps.append(Step(code, title, len(result.rows), changed, removed, result.rows, result.samples))
        if fix:
            examples = result.examples
    return Cleaned(examples, steps)


def _shown(text: str) -> str:
    return text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…"


def _html(examples: list[Example], task: Task) -> _Result:
    result = _Result([])
    for example in examples:
        messages = tuple(_without_html(message) for message in example.messages)
        if messages == example.messages:
            result.examples.append(example)
            continue
        result.examples.append(Example(row=example.row, messages=messages))
        result.rows.append(example.row)
        if len(result.samples) < MAX_SAMPLES:
            before, after = next((old, new) for old, new in zip(example.messages, messages, strict=True) if old != new)
            result.samples.append((_shown(before.content), _shown(after.content)))
    return result


def _without_html(message: Message) -> Message:
    if message.role == "system" or not ("<" in message.content or "&" in message.content):
        return message
    text = strip_html(message.content, answer=message.role == "assistant")
    return message if text == message.content else Message(role=message.role, content=text)


def _blank(text: str) -> bool:
    return not text.strip().strip(_INVISIBLE).strip()


def _empty(examples: list[Example], task: Task) -> _Result:
    result = _Result([])
    for example in examples:
        blank = [part for part, text in (("prompt", example.question), ("answer", example.answer)) if _blank(text)]
        if not blank:
            result.examples.append(example)
            continue
        result.rows.append(example.row)
        if len(result.samples) < MAX_SAMPLES:
            there = "" if len(blank) == 2 else _shown(example.question if blank == ["answer"] else example.answer)
            result.samples.append((f"no {' and no '.join(blank)}: {there}".rstrip(": "), ""))
    return result


def _label_spelling(examples: list[Example], task: Task) -> _Result:
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        spellings[spelling_key(example.answer)][example.answer.strip()] += 1
    # most_common keeps the order of first appearance among equals.
    chosen = {key: counts.most_common(1)[0][0] for key, counts in spellings.items()}
    result = _Result([])
    changes: Counter[tuple[str, str]] = Counter()
    for example in examples:
        label = example.answer if _blank(example.answer) else chosen[spelling_key(example.answer)]
        if label == example.answer:
            result.examples.append(example)
            continue
        result.examples.append(
            Example(row=example.row, messages=(*example.prompt, Message(role="assistant", content=label)))
        )
        result.rows.append(example.row)
        changes[example.answer, label] += 1
    result.samples = [change for change, _ in changes.most_common()]
    return result


def _key(example: Example) -> tuple[str, ...]:
    return tuple(f"{message.role}:{normalise(message.content)}" for message in example.messages)


def _duplicates(examples: list[Example], task: Task) -> _Result:
    result = _Result([])
    seen: dict[tuple[str, ...], int] = {}
    for example in examples:
        key = _key(example)
        if key not in seen:
            seen[key] = example.row
            result.examples.append(example)
            continue
        result.rows.append(example.row)
        if len(result.samples) < MAX_SAMPLES:
            result.samples.append((_shown(example.question), f"the same as row {seen[key]}"))
    return result


def prompt_text(example: Example) -> str:
    """Everything the model is given in a row's own words: all messages before the answer but the system prompt."""
    return "\n".join(message.content for message in example.prompt if message.role != "system")


def _near_duplicates(examples: list[Example], task: Task) -> _Result:
    """Among examples with one answer, so that no answer is ever lost."""
    same_answer: dict[str, list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        same_answer[normalise(example.answer)].append(number)
    original: dict[int, int] = {}
    for numbers in same_answer.values():
        if len(numbers) > 1:
            found = copies([prompt_text(examples[number]) for number in numbers])
            original.update({numbers[copy]: numbers[first] for copy, first in found.items()})
    result = _Result([example for number, example in enumerate(examples) if number not in original])
    for number in sorted(original):
        result.rows.append(examples[number].row)
        if len(result.samples) < MAX_SAMPLES:
            stays = examples[original[number]]
            result.samples.append(
                (_shown(examples[number].question), f"row {stays.row} stays: {_shown(stays.question)}")
            )
    return result
