"""Clean examples in a fixed order, one step for each kind of problem. Each step says what it found and what was done."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ft_core.data.clean import conflicts, duplicates, empty, html, label_spelling, near_duplicates
from ft_core.data.clean.step import Found, Samples, Step
from ft_core.data.tell import Tell, silent
from ft_core.data.tokens import Window
from ft_core.settings.data import CleanSpec, Treatment
from ft_core.settings.example import Example
from ft_core.settings.project import Task

# By their names in CleanSpec. Mending first, because what is mended may turn out to be a duplicate; duplicates last, because of two
# rows the first stays, and must not be left out afterwards.
_STEPS = {
    "html": html.STEP,
    "empty": empty.STEP,
    "label_spelling": label_spelling.STEP,
    "conflicts": conflicts.STEP,
    "duplicates": duplicates.STEP,
    "near_duplicates": near_duplicates.STEP,
}


@dataclass(frozen=True)
class Done:
    """What one step found and did. `found` counts also what was kept on request; `rows` are all source rows concerned, `samples` as in Found."""

    code: str
    step: Step
    treatment: Treatment
    found: int
    changed: int
    removed: int
    rows: list[int]
    samples: Samples

    @property
    def title(self) -> str:
        """The control's label."""
        return str(CleanSpec.model_fields[self.code].title)

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        values = {name: getattr(self, name) for name in ("treatment", "found", "changed", "removed", "rows")}
        samples = [list(pair) for pair in self.samples]
        return {"code": self.code, "title": self.title} | values | {"samples": samples}


@dataclass(frozen=True)
class Cleaned:
    """The examples that are left, and the steps in their order."""

    examples: list[Example]
    steps: list[Done]


def steps(task: Task, window: Window | None = None) -> dict[str, Step]:
    """The steps that this task has, by their names in CleanSpec, in the order in which they are done.

    Those about tokens exist only with a `window`.
    """
    return {code: step for code, step in _STEPS.items() if task == "classification" or not step.labels_only}


def clean(
    examples: list[Example],
    task: Task,
    spec: CleanSpec,
    window: Window | None = None,
    tell: Tell = silent,
    kept: Collection[int] = (),
) -> Cleaned:
    """Apply every step. One whose treatment is `keep` counts what it finds and changes nothing.

    The source rows in `kept`, which a person keeps by hand, are mended as others are but never left out.
    """
    done: list[Done] = []
    for code, step in steps(task, window).items():
        tell(f"cleaning: {CleanSpec.model_fields[code].title}")
        found = step.find(examples)
        treatment: Treatment = getattr(spec, code)
        spared = {place for place in found.places if examples[place].row in kept} if kept else set()
        left = treated(examples, found, treatment, spared)
        rows = [examples[place].row for place in found.places]
        changed = len(found.changed) if treatment in ("fix", "mask") else 0
        removed = len(examples) - len(left)
        done.append(Done(code, step, treatment, len(rows), changed, removed, rows, found.samples))
        examples = left
    return Cleaned(examples, done)


def treated(examples: list[Example], found: Found, treatment: Treatment, spared: Collection[int] = ()) -> list[Example]:
    """`keep`: all of them. `drop`: without those that were found. `fix` and `mask`: each in its mended form, left out where it has none.

    Those at the places `spared` are not left out.
    """
    if treatment == "keep" or not found.places:
        return examples
    changed = {} if treatment == "drop" else found.changed
    gone = set(found.places).difference(changed, spared)
    return [changed.get(place, example) for place, example in enumerate(examples) if place not in gone]
